#include "importing/importer.hpp"

#include "importing/rows.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace reelshare::importing {

namespace {

constexpr std::size_t kMostTold = 200;

using Bring = Task<Result<Outcome>> (*)(db::Transaction&, const SourceRows&);

Bring bring_of(Kind kind) {
    switch (kind) {
        case Kind::users:
            return bring_users;
        case Kind::follows:
            return bring_follows;
        case Kind::likes:
            return bring_likes;
        case Kind::comments:
            return bring_comments;
        case Kind::replies:
            return bring_replies;
        case Kind::comment_likes:
            return bring_comment_likes;
        case Kind::videos:
            break;
    }
    return nullptr;  // Not by transactions of rows alone.
}

/// Whether rows are to blame, and not that the database is away or full.
bool is_of_the_rows(const Error& error) {
    return error.code == Errc::conflict || error.code == Errc::internal ||
           error.code == Errc::not_found;
}

void add(Report& report, Kind kind, const Outcome& outcome) {
    Tally& tally = report.tallies[static_cast<std::size_t>(kind)];
    tally.brought += outcome.brought;
    tally.known += outcome.known;
    tally.left_out += static_cast<std::int64_t>(outcome.left_out.size());
    report.cut += outcome.cut;
    report.keyless += outcome.keyless;
    for (const LeftOut& one : outcome.left_out) {
        if (report.left_out.size() == kMostTold) return;
        report.left_out.push_back(
            fmt::format("{} {}: {}", facts_of(kind).title, one.old_id, one.why)
        );
    }
}

Task<Result<Outcome>> in_transaction(db::Database& database, Kind kind, SourceRows rows) {
    auto outcome =
        co_await database.transaction<Outcome>([&](db::Transaction& tx) -> Task<Result<Outcome>> {
            auto brought = co_await bring_of(kind)(tx, rows);
            co_return brought;
        });
    co_return outcome;
}

/// Together; where that fails by themselves, so that a broken row takes no other with it.
Task<Result<void>> bring_page(const Import& work, Kind kind, SourceRows rows, Report& report) {
    auto together = co_await in_transaction(work.parts.database, kind, rows);
    if (!together && !is_of_the_rows(together.error())) co_return std::unexpected(together.error());
    std::vector<Outcome> outcomes;
    if (together) {
        outcomes.push_back(std::move(*together));
    } else {
        for (const db::Row& row : rows) {
            auto alone = co_await in_transaction(work.parts.database, kind, {row});
            if (!alone && !is_of_the_rows(alone.error())) co_return std::unexpected(alone.error());
            if (!alone) {
                alone = Outcome();
                alone->leave_out(old_id_of(kind, row), "The database does not take it.");
            }
            outcomes.push_back(std::move(*alone));
        }
    }
    for (const Outcome& outcome : outcomes) {
        add(report, kind, outcome);
        if (!outcome.video_ids.empty())
            work.counts_changed({outcome.video_ids.begin(), outcome.video_ids.end()});
    }
    co_return Result<void>();
}

Task<Result<void>> bring_videos(
    const Import& work, const db::Rows& page, Report& report, std::int64_t done, std::int64_t all
) {
    for (const db::Row& row : page) {
        auto outcome = co_await bring_video(work.parts, row);
        if (!outcome && outcome.error().code == Errc::conflict) {
            outcome = Outcome();
            outcome->leave_out(old_id_of(Kind::videos, row), "The database does not take it.");
        }
        if (!outcome) co_return std::unexpected(outcome.error());
        add(report, Kind::videos, *outcome);
        work.progress(Kind::videos, ++done, all);
    }
    co_return Result<void>();
}

Task<Result<void>> import_kind(const Import& work, Kind kind, Report& report) {
    auto all = co_await work.source.count(kind);
    if (!all) co_return std::unexpected(all.error());
    std::int64_t done = 0;
    work.progress(kind, done, *all);
    for (Key behind;;) {
        auto page = co_await work.source.page(kind, behind);
        if (!page) co_return std::unexpected(page.error());
        if (page->empty()) co_return Result<void>();
        behind = key_of(kind, page->rows.back());
        Result<void> brought;
        if (kind == Kind::videos)
            brought = co_await bring_videos(work, *page, report, done, *all);
        else
            brought = co_await bring_page(work, kind, page->rows, report);
        if (!brought) co_return brought;
        done += static_cast<std::int64_t>(page->size());
        work.progress(kind, done, *all);
    }
}

}  // namespace

bool Report::complete() const {
    return std::ranges::all_of(tallies, [](const Tally& tally) { return tally.left_out == 0; });
}

Task<Result<void>> import_all(const Import& work, Report& report) {
    for (const Kind kind : kKinds) {
        if (!work.source.has(kind)) continue;
        auto imported = co_await import_kind(work, kind, report);
        if (!imported) co_return imported;
    }
    co_return Result<void>();
}

}  // namespace reelshare::importing
