#pragma once
// The last wall between a secret and the log: whatever looks like one is replaced. Callers do not
// log secrets; this is for the day when one is inside a text that came from elsewhere.

#include <string>
#include <string_view>

namespace reelshare::log {

/// `text` with e-mail addresses as "[e-mail]" and tokens as "[token]": long runs of
/// mixed upper and lower case, as keys, signatures and JWTs in base64 are. UUIDs and hexadecimal
/// hashes are names, not secrets, and stay.
[[nodiscard]] std::string redact(std::string_view text);

}  // namespace reelshare::log
