#include "videos/paging.hpp"

#include "base/id.hpp"

#include <gtest/gtest.h>

namespace reelshare::videos {
namespace {

using Query = std::vector<std::pair<std::string, std::string>>;

Result<ListRequest> read(Query query) {
    http::Request request;
    request.query = std::move(query);
    return read_list_request(request);
}

TEST(Paging, ACursorIsAnIdAndNothingElse) {
    for (int i = 0; i < 100; ++i) {
        const std::string id = new_id();
        const std::string cursor = cursor_of(id);
        EXPECT_EQ(cursor.size(), 22U);
        EXPECT_EQ(id_of_cursor(cursor), id);
    }
    for (const std::string bad :
         {"", "AAAA", "../..", "AAAAAAAAAAAAAAAAAAAAAB", "AAAAAAAAAAAAAAAAAAAA=A",
          "AAAAAAAAAAAAAAAAAAAAAAA"})
        EXPECT_EQ(id_of_cursor(bad), std::nullopt) << bad;
    EXPECT_EQ(id_of_cursor(std::string(22, '\0')), std::nullopt);
}

TEST(Paging, DefaultsAreTheFirstPageOfTen) {
    const auto list = read({});
    ASSERT_TRUE(list);
    EXPECT_FALSE(list->keyset);
    EXPECT_FALSE(list->page_given);
    EXPECT_EQ(list->page, 1);
    EXPECT_EQ(list->limit, 10);
    EXPECT_EQ(list->offset(), 0);
}

TEST(Paging, PagesAndCursorsAreTold) {
    const auto page = read({{"page", "3"}, {"limit", "50"}});
    ASSERT_TRUE(page);
    EXPECT_EQ(page->offset(), 100);
    const auto first = read({{"sort", "latest"}, {"limit", "1"}});
    ASSERT_TRUE(first);
    EXPECT_TRUE(first->keyset);
    EXPECT_EQ(first->before_id, "");
    EXPECT_TRUE(read({{"cursor", ""}})->keyset);
    const std::string id = new_id();
    const auto next = read({{"cursor", cursor_of(id)}});
    ASSERT_TRUE(next);
    EXPECT_EQ(next->before_id, id);
}

TEST(Paging, ACursorOfATrendingListHoldsItsPlace) {
    const TrendPlace place{20'000.123456789, new_id()};
    const std::string cursor = cursor_of(place);
    EXPECT_EQ(cursor.size(), 32U);
    const auto back = place_of_cursor(cursor);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->trend, place.trend);
    EXPECT_EQ(back->id, place.id);
    EXPECT_FALSE(place_of_cursor(cursor_of(place.id)));
    EXPECT_FALSE(place_of_cursor("f_" + std::string(30, '_')));  // Not a number.
    const auto list = read({{"sort", "trending"}, {"cursor", cursor}});
    ASSERT_TRUE(list);
    EXPECT_EQ(list->sort, ListRequest::Sort::trending);
    EXPECT_EQ(list->after->id, place.id);
    EXPECT_FALSE(read({{"sort", "trending"}, {"cursor", cursor_of(place.id)}}));
    EXPECT_FALSE(read({{"sort", "latest"}, {"cursor", cursor}}));
    EXPECT_FALSE(read({{"sort", "trending"}, {"page", "2"}}));
}

TEST(Paging, WhatIsWrongIsNamed) {
    const Query faults{
        {"page", "0"},
        {"page", "-1"},
        {"page", "x"},
        {"page", "1.5"},
        {"page", ""},
        {"page", "1000001"},
        {"page", "99999999999999999999"},
        {"limit", "0"},
        {"limit", "51"},
        {"limit", "+1"},
        {"limit", " 1"},
        {"cursor", "AAAA"},
        {"sort", "password"},
        {"cursor", std::string(1, '\0')}
    };
    for (const auto& fault : faults) {
        const auto list = read({fault});
        ASSERT_FALSE(list) << fault.first << '=' << fault.second;
        EXPECT_EQ(list.error().code, Errc::invalid);
        ASSERT_EQ(list.error().fields.size(), 1U);
        EXPECT_EQ(list.error().fields[0].path, fault.first);
    }
    const auto both = read({{"page", "x"}, {"limit", "x"}});
    ASSERT_FALSE(both);
    EXPECT_EQ(both.error().fields.size(), 2U);
    EXPECT_FALSE(read({{"page", "2"}, {"cursor", cursor_of(new_id())}}));
}

}  // namespace
}  // namespace reelshare::videos
