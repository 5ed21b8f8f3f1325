#include "accounts/passwords.hpp"

#include <sodium.h>

#include <array>
#include <new>
#include <stdexcept>

namespace reelshare::accounts {

namespace {

constexpr std::size_t kMaxQueued = 50;

std::string argon2id(const std::string& password, const PasswordCost& cost) {
    std::array<char, crypto_pwhash_STRBYTES> text{};
    const int failed = crypto_pwhash_str_alg(
        text.data(), password.data(), password.size(), cost.passes, cost.memory_bytes,
        crypto_pwhash_ALG_ARGON2ID13
    );
    if (failed) throw std::bad_alloc();
    return text.data();
}

bool matches(const std::string& stored, const std::string& password) {
    return crypto_pwhash_str_verify(stored.c_str(), password.data(), password.size()) == 0;
}

}  // namespace

Passwords::Passwords(std::size_t parallel, PasswordCost cost)
    : executor_(parallel, parallel + kMaxQueued), cost_(cost) {
    if (sodium_init() < 0) throw std::runtime_error("libsodium cannot start");
    // The hash of nobody's password is only parsed for its cost: any salt and digest will do, so
    // that start-up does not pay for a real one.
    nobody_ = "$argon2id$v=19$m=" + std::to_string(cost.memory_bytes / 1024) +
              ",t=" + std::to_string(cost.passes) +
              ",p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
}

Task<Result<std::string>> Passwords::hash(std::string password) {
    auto work = [&]() -> Result<std::string> { return argon2id(password, cost_); };
    auto hashed = co_await executor_.run(work);
    co_return hashed;
}

Task<Result<bool>> Passwords::verify(std::string stored, std::string password) {
    auto work = [&]() -> Result<bool> { return matches(stored, password); };
    auto good = co_await executor_.run(work);
    co_return good;
}

Task<Result<bool>> Passwords::verify_nobody(std::string password) {
    auto work = [&]() -> Result<bool> { return matches(nobody_, password) && false; };
    auto good = co_await executor_.run(work);
    co_return good;
}

bool Passwords::outdated(const std::string& stored) const {
    return crypto_pwhash_str_needs_rehash(stored.c_str(), cost_.passes, cost_.memory_bytes) != 0;
}

}  // namespace reelshare::accounts
