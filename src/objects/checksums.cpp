#include "objects/checksums.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

namespace reelshare::objects {

namespace {

constexpr std::size_t kMd5 = 16;

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

}  // namespace

Checksums::Checksums() : md5_(EVP_MD_CTX_new()) {
    if (!md5_ || EVP_DigestInit_ex(md5_, EVP_md5(), nullptr) != 1) throw std::bad_alloc();
}

Checksums::~Checksums() {
    EVP_MD_CTX_free(md5_);
}

void Checksums::update(std::span<const char> bytes) {
    sha256_.update(bytes);
    EVP_DigestUpdate(md5_, bytes.data(), bytes.size());
}

Sums Checksums::finish() {
    std::array<unsigned char, kMd5> digest{};
    unsigned int size = 0;
    EVP_DigestFinal_ex(md5_, digest.data(), &size);
    EVP_DigestInit_ex(md5_, EVP_md5(), nullptr);
    std::array<unsigned char, 4 * (kMd5 + 2) / 3 + 1> base64{};
    const int length = EVP_EncodeBlock(base64.data(), digest.data(), kMd5);
    return {
        .sha256 = std::exchange(sha256_, Sha256()).finish_hex(),
        .md5 = hex({reinterpret_cast<const char*>(digest.data()), digest.size()}),
        .md5_base64 = {reinterpret_cast<const char*>(base64.data()), static_cast<size_t>(length)}
    };
}

Sums sums_of(std::string_view bytes) {
    Checksums sums;
    sums.update(bytes);
    return sums.finish();
}

bool contradicts(std::string_view etag, const Sums& sums) {
    if (etag.starts_with('"')) etag.remove_prefix(1);
    if (etag.ends_with('"')) etag.remove_suffix(1);
    const bool is_md5 = etag.size() == 2 * kMd5 && std::ranges::all_of(etag, is_hex);
    return is_md5 && etag != sums.md5;
}

}  // namespace reelshare::objects
