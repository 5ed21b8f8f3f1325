#include "webhooks/outbox.hpp"

#include "db/database_fixture.hpp"
#include "db/migrate.hpp"
#include "webhooks/signature.hpp"

namespace reelshare::webhooks {
namespace {

class OutboxTest : public db::DatabaseFixture {
  protected:
    void SetUp() override {
        db::DatabaseFixture::SetUp();
        ASSERT_TRUE(run_task(db::migrate(*database_)));
    }
    Result<bool> happen(bool well) {
        return run_task(
            database_->transaction<bool>([&](db::Transaction& tx) -> Task<Result<bool>> {
                auto told = co_await record(tx, "video.deleted", {{"videoId", "7"}});
                if (!told) co_return std::unexpected(told.error());
                if (!well) co_return fail(Errc::conflict, "no");
                co_return true;
            })
        );
    }
    std::int64_t waiting() { return number("SELECT COUNT(*) FROM webhook_deliveries"); }
};

TEST_P(OutboxTest, AnEventIsThereWithWhatHappenedAndNotWithout) {
    ASSERT_TRUE(run_task(set_targets(*database_, {"https://a.example/x", "https://b.example"})));
    EXPECT_FALSE(happen(false));
    EXPECT_EQ(waiting(), 0);
    EXPECT_TRUE(happen(true));
    const auto rows = ask("SELECT url, event, payload FROM webhook_deliveries ORDER BY id");
    ASSERT_EQ(rows->size(), 2U);
    EXPECT_EQ(rows->rows[0].text(0), "https://a.example/x");
    EXPECT_EQ(rows->rows[0].text(1), "video.deleted");
    EXPECT_NE(rows->rows[0].text(2).find(R"("data":{"videoId":"7"})"), std::string::npos);
    EXPECT_EQ(rows->rows[0].text(2), rows->rows[1].text(2)) << "one event, two targets";
}

TEST_P(OutboxTest, WithoutTargetsNothingIsKept) {
    EXPECT_TRUE(happen(true));
    ASSERT_TRUE(run_task(set_targets(*database_, {"https://a.example"})));
    ASSERT_TRUE(run_task(set_targets(*database_, {})));
    EXPECT_TRUE(happen(true));
    EXPECT_EQ(waiting(), 0);
}

TEST(Signature, IsTheHmacOfTimeAndBody) {
    // printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac 0123456789abcdef
    EXPECT_EQ(
        signature("0123456789abcdef", 1700000000, R"({"a":1})"),
        "t=1700000000,v1=9eb18f493f8ec135d9eb2dad817c369bb4e9cbfa818657897a7437c1cd8c3a23"
    );
}

INSTANTIATE_TEST_SUITE_P(Both, OutboxTest, db::kBoth, db::name_of);

}  // namespace
}  // namespace reelshare::webhooks
