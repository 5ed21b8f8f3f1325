#include "accounts/passwords.hpp"

#include <crypt.h>
#include <sodium.h>

#include <array>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <string_view>

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

/// bcrypt, as an imported database has it. It looks at the first 72 bytes only; the Argon2id hash
/// that replaces it at login covers all of what was typed.
bool is_bcrypt(std::string_view stored) {
    return stored.size() == 60 &&
           (stored.starts_with("$2a$") || stored.starts_with("$2b$") || stored.starts_with("$2y$"));
}

bool matches_bcrypt(const std::string& stored, const std::string& password) {
    if (password.find('\0') != std::string::npos) return false;  // crypt would stop there.
    const auto work = std::make_unique<crypt_data>();            // 32 KiB: not on the stack.
    const char* made = ::crypt_r(password.c_str(), stored.c_str(), work.get());
    return made && std::strlen(made) == stored.size() &&
           sodium_memcmp(made, stored.data(), stored.size()) == 0;
}

bool matches(const std::string& stored, const std::string& password) {
    if (is_bcrypt(stored)) return matches_bcrypt(stored, password);
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
