#pragma once
// The cookie that a browser gets when it logs in, by which it is known to that account later:
// guesses from elsewhere then do not slow down its owner (OWASP, "device cookies"). It opens
// nothing.

#include "http/message.hpp"

#include <string>
#include <string_view>

namespace reelshare::accounts {

class DeviceCookie {
  public:
    /// `secret`: signs the cookie.
    explicit DeviceCookie(const std::string& secret);

    /// The name of the device where this request's cookie was given to it for this account, else
    /// "".
    [[nodiscard]] std::string device_of(const http::Request& request, std::string_view email) const;
    /// A new device, known to this account from now on: the value of Set-Cookie.
    [[nodiscard]] std::string issue(const http::Request& request, std::string_view email) const;

  private:
    [[nodiscard]] std::string signature(std::string_view device, std::string_view email) const;

    std::string key_;
};

}  // namespace reelshare::accounts
