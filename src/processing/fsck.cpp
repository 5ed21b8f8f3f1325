#include "processing/fsck.hpp"

#include "base/clock.hpp"
#include "base/hash.hpp"
#include "processing/lost_avatars.hpp"
#include "processing/orphans.hpp"
#include "processing/queue.hpp"
#include "videos/videos.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace reelshare::processing {

namespace {

namespace json = boost::json;

constexpr std::int64_t kPage = 200;
constexpr std::size_t kPiece = 4u << 20;

struct Asset {
    std::string id;
    std::string state;
    std::string source_key;
    std::uint64_t source_size = 0;
    std::string content_hash;
    std::string media_prefix;
    std::string report;

    /// Whether its media can be asked for.
    [[nodiscard]] bool published() const { return state == "ready" || state == "playable"; }
    /// KEEP_SOURCE was off when it was processed.
    [[nodiscard]] bool source_dropped() const { return source_key.empty(); }
    /// Whether another look found the same.
    [[nodiscard]] bool same(const Asset& other) const {
        return state == other.state && media_prefix == other.media_prefix;
    }
};

constexpr const char* kColumns =
    "SELECT id, state, source_key, source_size, content_hash, media_prefix, report FROM assets ";

Asset asset_of(const db::Row& row) {
    return {
        .id = row.text(0),
        .state = row.text(1),
        .source_key = row.text(2),
        .source_size = static_cast<std::uint64_t>(row.integer(3)),
        .content_hash = row.text(4),
        .media_prefix = row.text(5),
        .report = row.text(6)
    };
}

/// A file of a published clip, with its size where the report names that.
using Expected = std::map<std::string, std::optional<std::uint64_t>>;

const json::array& list_of(const json::object& report, std::string_view name) {
    static const json::array empty;
    const json::value* list = report.if_contains(name);
    return list && list->is_array() ? list->get_array() : empty;
}

std::string text_of(const json::value& item, std::string_view name) {
    const json::object* object = item.if_object();
    const json::value* text = object ? object->if_contains(name) : nullptr;
    return text && text->is_string() ? std::string(text->get_string()) : std::string();
}

Expected expected_of(const Asset& asset) {
    Expected files{{"master.m3u8", std::nullopt}};
    json::error_code ec;
    const json::value document = json::parse(asset.report, ec);
    if (ec || !document.is_object()) return files;
    const json::object& report = document.get_object();
    for (const json::value& one : list_of(report, "renditions")) {
        const json::value* size = one.is_object() ? one.get_object().if_contains("size") : nullptr;
        std::optional<std::uint64_t> bytes;
        if (size && size->is_number()) bytes = size->to_number<std::uint64_t>();
        files[text_of(one, "file")] = bytes;
        files[text_of(one, "name") + ".m3u8"] = std::nullopt;
    }
    for (const json::value& one : list_of(report, "posters"))
        files[text_of(one, "file")] = std::nullopt;
    files.erase("");
    files.erase(".m3u8");
    return files;
}

/// What is wrong with one clip; both "" where nothing is.
struct Verdict {
    std::string source;
    std::string media;
};

class Check {
  public:
    Check(
        db::Database& database,
        objects::Store& store,
        const FsckOptions& options,
        std::function<void(const FsckFinding&)> tell
    )
        : database_(database), store_(store), options_(options), tell_(std::move(tell)) {}

    Task<Result<FsckCounts>> run() {
        // First: what a repair of a clip leaves behind is no finding of today.
        for (const char* prefix : kOwnedPrefixes) {
            auto looked = co_await look_for_orphans(prefix);
            if (!looked) co_return std::unexpected(looked.error());
        }
        auto pictures = co_await look_at_avatars();
        if (!pictures) co_return std::unexpected(pictures.error());
        for (std::string after;;) {
            auto rows = co_await database_.query(
                std::string(kColumns) + "WHERE id > $1 ORDER BY id LIMIT $2", {after, kPage}
            );
            if (!rows) co_return std::unexpected(rows.error());
            if (rows->empty()) break;
            for (const db::Row& row : *rows) {
                auto looked = co_await look_at(asset_of(row));
                if (!looked) co_return std::unexpected(looked.error());
            }
            after = rows->rows.back().text(0);
        }
        co_return counts_;
    }

  private:
    void tell(std::string what, std::string done) {
        ++counts_.findings;
        if (!done.empty()) ++counts_.repaired;
        tell_({.what = std::move(what), .done = std::move(done)});
    }

    Task<Result<void>> look_at(Asset asset) {
        ++counts_.assets;
        auto verdict = co_await judge(asset);
        if (!verdict) co_return std::unexpected(verdict.error());
        while (!verdict->source.empty() || !verdict->media.empty()) {
            // It may have been published anew or deleted between the row and its objects.
            auto rows =
                co_await database_.query(std::string(kColumns) + "WHERE id = $1", {asset.id});
            if (!rows) co_return std::unexpected(rows.error());
            if (rows->empty()) co_return Result<void>();
            Asset now = asset_of(rows->front());
            if (now.same(asset)) {
                auto told = co_await conclude(asset, *verdict);
                co_return told;
            }
            asset = std::move(now);
            verdict = co_await judge(asset);
            if (!verdict) co_return std::unexpected(verdict.error());
        }
        co_return Result<void>();
    }

    Task<Result<Verdict>> judge(const Asset& asset) {
        Verdict verdict;
        auto source = co_await judge_source(asset);
        if (!source) co_return std::unexpected(source.error());
        verdict.source = std::move(*source);
        if (!asset.published()) co_return verdict;
        auto objects = co_await store_.list(asset.media_prefix + '/');
        if (!objects) co_return std::unexpected(objects.error());
        for (const auto& [file, size] : expected_of(asset)) {
            const std::string key = asset.media_prefix + '/' + file;
            const auto found = std::ranges::find(*objects, key, &objects::ObjectInfo::key);
            if (found == objects->end())
                verdict.media = key + " is missing";
            else if (found->size == 0 || (size && found->size != *size))
                verdict.media = key + " has " + std::to_string(found->size) + " bytes";
            else
                continue;
            break;
        }
        co_return verdict;
    }

    Task<Result<std::string>> judge_source(const Asset& asset) {
        if (asset.source_dropped()) co_return std::string();
        auto reader = co_await store_.open(asset.source_key);
        if (!reader && reader.error().code == Errc::not_found)
            co_return asset.source_key + " is missing";
        if (!reader) co_return std::unexpected(reader.error());
        objects::Reader& source = **reader;
        if (source.size() != asset.source_size)
            co_return asset.source_key + " has " + std::to_string(source.size()) +
                " bytes instead of " + std::to_string(asset.source_size);
        if (!options_.read) co_return std::string();
        Sha256 hash;
        std::vector<char> piece(kPiece);
        for (std::uint64_t offset = 0; offset < source.size();) {
            auto got = co_await source.read(offset, piece);
            if (!got) co_return std::unexpected(got.error());
            if (*got == 0) break;
            hash.update({piece.data(), *got});
            offset += *got;
        }
        if (hash.finish_hex() != asset.content_hash)
            co_return asset.source_key + " is not what was uploaded";
        co_return std::string();
    }

    Task<Result<void>> conclude(const Asset& asset, Verdict verdict) {
        std::string done;
        const bool makeable = verdict.source.empty() && !asset.source_dropped();
        if (options_.repair && makeable) {
            auto queued = co_await make_again(asset);
            if (!queued) co_return std::unexpected(queued.error());
            done = "queued to be made again";
        } else if (options_.repair && !asset.published() && asset.state != "failed") {
            auto failed = co_await fail_clip(asset);
            if (!failed) co_return std::unexpected(failed.error());
            done = "the clip is marked as failed";
        } else if (asset.state == "failed") {
            co_return Result<void>();  // Its owner knows, and nothing needs the file.
        }
        std::string what = "clip " + asset.id + ": ";
        what += verdict.source.empty() ? verdict.media : verdict.source;
        if (!verdict.source.empty() && !verdict.media.empty()) what += ", " + verdict.media;
        if (asset.source_dropped()) what += ", and its source was not kept";
        tell(std::move(what), std::move(done));
        co_return Result<void>();
    }

    Task<Result<void>> make_again(const Asset& asset) {
        auto made = co_await database_.transaction<bool>([&](db::Transaction& tx) {
            return make_again_in(tx, asset);
        });
        if (!made) co_return std::unexpected(made.error());
        co_return Result<void>();
    }

    static Task<Result<bool>> make_again_in(db::Transaction& tx, const Asset& asset) {
        auto reset = co_await tx.query(
            "UPDATE assets SET state = 'pending', report = NULL, media_prefix = NULL, updated_at = "
            "now_ms() WHERE id = $1 AND media_prefix = $2",
            {asset.id, asset.media_prefix}
        );
        if (!reset) co_return std::unexpected(reset.error());
        if (reset->affected == 0) co_return false;
        auto listing = co_await videos::refresh_listing(tx, asset.id);
        if (!listing) co_return std::unexpected(listing.error());
        auto live = co_await tx.query(
            "SELECT 1 FROM jobs WHERE asset_id = $1 AND state IN ('queued', 'running') LIMIT 1",
            {asset.id}
        );
        if (!live) co_return std::unexpected(live.error());
        if (!live->empty()) co_return true;
        auto queued = co_await enqueue(tx, asset.id);
        if (!queued) co_return std::unexpected(queued.error());
        co_return true;
    }

    Task<Result<void>> fail_clip(const Asset& asset) {
        auto failed = co_await database_.execute(
            "UPDATE assets SET state = 'failed', failure_code = 'source_lost', failure = 'The file "
            "of this clip was lost.', updated_at = now_ms() WHERE id = $1 AND state = $2",
            {asset.id, asset.state}
        );
        if (!failed) co_return std::unexpected(failed.error());
        co_return Result<void>();
    }

    Task<Result<void>> look_at_avatars() {
        auto lost = co_await find_lost_avatars(database_, store_);
        if (!lost) co_return std::unexpected(lost.error());
        for (const LostAvatar& avatar : *lost) {
            if (options_.repair) {
                auto forgotten = co_await forget_avatar(database_, avatar);
                if (!forgotten) co_return std::unexpected(forgotten.error());
            }
            tell(avatar.key + " is missing", options_.repair ? "the user has no picture now" : "");
        }
        co_return Result<void>();
    }

    Task<Result<void>> look_for_orphans(std::string prefix) {
        const UnixMillis young = now_ms() - std::chrono::milliseconds(options_.grace).count();
        for (std::string after;;) {
            auto page = co_await find_orphans(database_, store_, prefix, after, young);
            if (!page) co_return std::unexpected(page.error());
            counts_.objects += page->objects;
            if (page->after.empty()) co_return Result<void>();
            after = page->after;
            std::vector<std::string> keys;
            for (const objects::ObjectInfo& object : page->orphans) keys.push_back(object.key);
            if (options_.repair) {
                auto removed = co_await store_.remove_all(keys);
                if (!removed) co_return std::unexpected(removed.error());
            }
            for (const std::string& key : keys)
                tell(key + " belongs to nothing", options_.repair ? "removed" : "");
        }
    }

    db::Database& database_;
    objects::Store& store_;
    const FsckOptions options_;
    std::function<void(const FsckFinding&)> tell_;
    FsckCounts counts_;
};

}  // namespace

Task<Result<FsckCounts>> fsck(
    db::Database& database,
    objects::Store& store,
    FsckOptions options,
    std::function<void(const FsckFinding&)> tell
) {
    Check check(database, store, options, std::move(tell));
    auto counts = co_await check.run();
    co_return counts;
}

}  // namespace reelshare::processing
