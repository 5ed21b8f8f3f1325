#include "accounts/passwords.hpp"

#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace reelshare::accounts {
namespace {

TEST(Passwords, HashIsArgon2idAtTheDocumentedCost) {
    Passwords passwords;
    const auto stored = run_task(passwords.hash("correct horse"));
    ASSERT_TRUE(stored);
    EXPECT_TRUE(stored->starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << *stored;
    EXPECT_FALSE(passwords.outdated(*stored));
    EXPECT_TRUE(*run_task(passwords.verify(*stored, "correct horse")));
    EXPECT_FALSE(*run_task(passwords.verify(*stored, "correct horsf")));
    EXPECT_FALSE(*run_task(passwords.verify(*stored, "")));
}

TEST(Passwords, LongAndBinaryPasswordsAreNotTruncated) {
    Passwords passwords;
    const std::string base(72, 'x');
    const auto stored = run_task(passwords.hash(base + "a"));
    EXPECT_FALSE(*run_task(passwords.verify(*stored, base + "b")));
    const auto binary = run_task(passwords.hash(std::string("a\0b", 3)));
    EXPECT_FALSE(*run_task(passwords.verify(*binary, std::string("a\0c", 3))));
}

TEST(Passwords, AnotherCostIsOutdated) {
    Passwords cheap(1, {.passes = 1, .memory_bytes = 8u << 20});
    Passwords today;
    EXPECT_TRUE(today.outdated(*run_task(cheap.hash("correct horse"))));
}

// Published test vectors (crypt_blowfish's and jBCrypt's).
TEST(Passwords, BcryptOfAnImportedDatabaseVerifiesAndIsOutdated) {
    Passwords passwords;
    struct Known {
        const char* hash;
        std::string password;
    };
    const Known known[] = {
        {"$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"},
        {"$2b$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK", "U*U*"},
        {"$2y$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a", "U*U*U"},
        {"$2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe", "a"},
        {"$2a$08$cfcvVd2aQ8CMvoMpP2EBfeodLEkkFJ9umNEfPD18.hUF62qqlC/V.", "a"},
    };
    for (const Known& one : known) {
        EXPECT_TRUE(*run_task(passwords.verify(one.hash, one.password))) << one.hash;
        EXPECT_FALSE(*run_task(passwords.verify(one.hash, one.password + "x"))) << one.hash;
        EXPECT_FALSE(*run_task(passwords.verify(one.hash, one.password + std::string(1, '\0'))));
        EXPECT_TRUE(passwords.outdated(one.hash));
    }
}

TEST(Passwords, AHashOfNoKnownKindVerifiesNothing) {
    Passwords passwords;
    for (const char* stored : {"", "x", "secret-word", "$1$abc$def", "$2a$05$short", "*0", "!"}) {
        EXPECT_FALSE(*run_task(passwords.verify(stored, "secret-word"))) << stored;
        EXPECT_FALSE(*run_task(passwords.verify(stored, ""))) << stored;
    }
}

/// The median of some runs, so that a busy machine does not decide.
template <class F>
double median_ms(F run) {
    std::vector<double> times;
    for (int i = 0; i < 9; ++i) {
        const auto start = std::chrono::steady_clock::now();
        run();
        times.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
                .count()
        );
    }
    std::ranges::sort(times);
    return times[times.size() / 2];
}

TEST(Passwords, NobodyCostsTheSameWork) {
    Passwords passwords;
    const auto stored = run_task(passwords.hash("correct horse"));
    const double somebody = median_ms([&] { (void)run_task(passwords.verify(*stored, "wrong")); });
    const double nobody = median_ms([&] { (void)run_task(passwords.verify_nobody("wrong")); });
    // A hash that is not parsed costs microseconds: a factor of three tells the two cases apart on
    // any machine without timing anything finely.
    EXPECT_LT(somebody, 3 * nobody);
    EXPECT_LT(nobody, 3 * somebody);
}

}  // namespace
}  // namespace reelshare::accounts
