// Tokens that nobody signed: none is ever good.

#include "accounts/tokens.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

using reelshare::accounts::Tokens;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Tokens kTokens({std::string("0123456789abcdef0123456789abcdef")});
    // A header of ours in front, so that what is behind it is looked at too.
    static const std::string kToken = kTokens.issue_access({}, std::chrono::seconds(1));
    static const std::string kHeader = kToken.substr(0, kToken.find('.') + 1);
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (kTokens.verify_access(text)) std::abort();
    if (kTokens.verify_access(kHeader + std::string(text))) std::abort();
    (void)Tokens::session_of(text);
    return 0;
}
