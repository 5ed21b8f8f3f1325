#include "outbound/message.hpp"

#include <gtest/gtest.h>

namespace reelshare::outbound {
namespace {

TEST(Message, IsAMailAsTheWireWantsIt) {
    const Mail mail{"ada@example.org", "Hello", "One\nTwo\n"};
    EXPECT_EQ(
        compose(mail, "no-reply@clips.example", "id-1", 1'700'000'000),
        "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"
        "From: ReelShare <no-reply@clips.example>\r\n"
        "To: <ada@example.org>\r\n"
        "Subject: Hello\r\n"
        "Message-ID: <id-1@clips.example>\r\n"
        "Auto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: 8bit\r\n"
        "\r\n"
        "One\r\nTwo\r\n"
    );
}

TEST(Message, NoFieldBecomesAnotherHeader) {
    const Mail mail{"ada@example.org\r\nBcc: x@y.z", "Hello\nBcc: x@y.z", "\r\n.\r\nQUIT"};
    const std::string text = compose(mail, "a@b.c", "id", 0);
    EXPECT_EQ(text.find("\nBcc:"), std::string::npos);
    EXPECT_TRUE(text.ends_with("QUIT\r\n"));
}

}  // namespace
}  // namespace reelshare::outbound
