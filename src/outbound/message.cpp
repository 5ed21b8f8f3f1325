#include "outbound/message.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace reelshare::outbound {

namespace {

/// A header must not become two.
std::string one_line(std::string_view text) {
    std::string line(text);
    for (char& c : line)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    return line;
}

std::string with_crlf(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\r') continue;
        if (c == '\n') out += '\r';
        out += c;
    }
    if (!out.ends_with("\r\n")) out += "\r\n";
    return out;
}

}  // namespace

std::string compose(const Mail& mail, std::string_view from, std::string_view id, std::time_t now) {
    const auto at = from.rfind('@');
    const std::string_view domain = at == std::string_view::npos ? from : from.substr(at + 1);
    return fmt::format(
        "Date: {:%a, %d %b %Y %H:%M:%S} +0000\r\n"
        "From: ReelShare <{}>\r\n"
        "To: <{}>\r\n"
        "Subject: {}\r\n"
        "Message-ID: <{}@{}>\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\n"
        "\r\n"
        "{}",
        fmt::gmtime(now), one_line(from), one_line(mail.to), one_line(mail.subject), id, domain,
        with_crlf(mail.text)
    );
}

}  // namespace reelshare::outbound
