#pragma once
// Mail out of the house. Sending is never waited for: a mail is queued and tried a few times, and
// what was not delivered when the process ends is lost. So only what somebody can ask for again
// goes this way.

#include "base/error.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace reelshare::outbound {

struct Mail {
    std::string to;       ///< One address, already known to hold no space and no control character.
    std::string subject;  ///< ASCII.
    std::string text;     ///< UTF-8, lines end with "\n".
};

/// Thread-safe.
class Mailer {
  public:
    virtual ~Mailer() = default;
    /// Returns at once. A full queue drops the mail and logs that.
    virtual void send(Mail mail) = 0;
};

struct SmtpOptions {
    /// smtp://[user:password@]host[:port] (STARTTLS where the server offers it; required before a
    /// password is sent, except to this machine itself) or smtps://…
    std::string url;
    std::string from;  ///< The sender's address.
    std::size_t max_queued = 1000;
    /// How long to wait before each further try; a server that says no for good (5xx) is not asked
    /// again.
    std::vector<std::chrono::milliseconds> retries = {
        std::chrono::seconds(2), std::chrono::seconds(15), std::chrono::minutes(2)
    };
};

/// Through an SMTP server, on a thread of its own.
[[nodiscard]] std::unique_ptr<Mailer> make_smtp_mailer(SmtpOptions options);

/// Connects, and signs in where there is a password, without sending anything. Blocks, ten seconds
/// at most. `unavailable`: the reason is in `detail`.
[[nodiscard]] Result<void> probe_smtp(const SmtpOptions& options);

/// Writes mails into the log instead, for whoever runs a server without one.
[[nodiscard]] std::unique_ptr<Mailer> make_log_mailer();

}  // namespace reelshare::outbound
