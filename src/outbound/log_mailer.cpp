#include "base/log.hpp"
#include "outbound/mailer.hpp"

namespace reelshare::outbound {

namespace {

class LogMailer final : public Mailer {
  public:
    /// Not to whom: addresses stay out of the log.
    void send(Mail mail) override {
        log::info(
            "mail_not_sent_without_smtp_url",
            {{"subject", mail.subject}, log::Field::unredacted("text", mail.text)}
        );
    }
};

}  // namespace

std::unique_ptr<Mailer> make_log_mailer() {
    return std::make_unique<LogMailer>();
}

}  // namespace reelshare::outbound
