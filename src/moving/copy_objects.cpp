#include "moving/copy_objects.hpp"

#include "base/background.hpp"
#include "base/hash.hpp"

#include <boost/asio/this_coro.hpp>

#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace reelshare::moving {

namespace {

constexpr std::size_t kPage = 1'000;
constexpr std::size_t kPiece = 1u << 20;
constexpr int kAtOnce = 4;  ///< Each holds up to two parts of an upload in memory.

using Take = std::function<Task<Result<void>>(std::span<const char>)>;

/// Reads all of an object; `take` gets the pieces. Its SHA-256.
Task<Result<std::string>> read_all(objects::Store& store, std::string key, Take take) {
    auto reader = co_await store.open(std::move(key));
    if (!reader) co_return std::unexpected(reader.error());
    Sha256 hash;
    std::vector<char> piece(kPiece);
    for (std::uint64_t offset = 0; offset < (*reader)->size();) {
        auto got = co_await (*reader)->read(offset, piece);
        if (!got) co_return std::unexpected(got.error());
        if (*got == 0) co_return fail_unavailable("an object ended early");
        const std::span<const char> bytes(piece.data(), *got);
        hash.update(bytes);
        offset += *got;
        auto taken = co_await take(bytes);
        if (!taken) co_return std::unexpected(taken.error());
    }
    co_return hash.finish_hex();
}

Task<Result<std::string>> checksum(objects::Store& store, std::string key) {
    Take nothing = [](std::span<const char>) -> Task<Result<void>> { co_return Result<void>(); };
    auto sum = co_await read_all(store, std::move(key), std::move(nothing));
    co_return sum;
}

/// What the lanes that work through one page share; all on one event loop.
struct Page {
    ObjectCopy& copy;
    ObjectTotals& done;
    std::vector<objects::ObjectInfo> objects;
    std::size_t next = 0;
};

/// Whether the target has it already, byte for byte: a run that was stopped had not noted it yet.
Task<Result<bool>> is_there(Page& page, const objects::ObjectInfo& object) {
    auto there = co_await page.copy.target.stat(object.key);
    if (!there && there.error().code == Errc::not_found) co_return false;
    if (!there) co_return std::unexpected(there.error());
    if (there->size != object.size) co_return false;
    auto here = co_await checksum(page.copy.source, object.key);
    if (!here) co_return std::unexpected(here.error());
    auto sum = co_await checksum(page.copy.target, object.key);
    if (!sum) co_return std::unexpected(sum.error());
    co_return *here == *sum;
}

Task<Result<void>> copy_object(Page& page, std::string key) {
    auto writer = co_await page.copy.target.create(key);
    if (!writer) co_return std::unexpected(writer.error());
    Take send = [&](std::span<const char> bytes) -> Task<Result<void>> {
        auto written = co_await (*writer)->write(bytes);
        page.done.bytes += bytes.size();
        page.copy.progress(page.done);
        co_return written;
    };
    auto sent = co_await read_all(page.copy.source, key, std::move(send));
    if (!sent) co_return std::unexpected(sent.error());
    auto committed = co_await (*writer)->commit();
    if (!committed) co_return committed;
    auto back = co_await checksum(page.copy.target, key);
    if (!back) co_return std::unexpected(back.error());
    if (*back == *sent) co_return Result<void>();
    co_return fail(Errc::conflict, "The object " + key + " differs after it was copied.");
}

Task<Result<void>> bring(Page& page, objects::ObjectInfo object) {
    auto there = co_await is_there(page, object);
    if (!there) co_return std::unexpected(there.error());
    if (*there) {
        page.done.bytes += object.size;
    } else {
        auto copied = co_await copy_object(page, object.key);
        if (!copied) co_return copied;
    }
    ++page.done.objects;
    page.copy.progress(page.done);
    co_return Result<void>();
}

/// Takes one object after the other until none is left or one fails.
Task<Result<void>> lane(std::shared_ptr<Page> page) {
    while (page->next < page->objects.size()) {
        auto brought = co_await bring(*page, page->objects[page->next++]);
        if (brought) continue;
        page->next = page->objects.size();
        co_return brought;
    }
    co_return Result<void>();
}

Task<Result<void>> copy_page(std::shared_ptr<Page> page) {
    const auto executor = co_await asio::this_coro::executor;
    std::vector<Background<Result<void>>> lanes;
    for (int i = 0; i < kAtOnce; ++i) lanes.emplace_back(executor, lane(page));
    Result<void> all;
    for (Background<Result<void>>& one : lanes) {
        auto ended = co_await one.wait();
        if (all && !ended) all = std::move(ended);
    }
    co_return all;
}

}  // namespace

Task<Result<ObjectTotals>> total_objects(objects::Store& store) {
    ObjectTotals totals;
    for (std::string after;;) {
        auto page = co_await store.list("", after, kPage);
        if (!page) co_return std::unexpected(page.error());
        if (page->empty()) co_return totals;
        after = page->back().key;
        for (const objects::ObjectInfo& object : *page) totals.bytes += object.size;
        totals.objects += static_cast<std::int64_t>(page->size());
    }
}

Task<Result<void>> copy_objects(ObjectCopy& copy) {
    ObjectTotals done;
    for (std::string after;;) {
        auto listed = co_await copy.source.list("", after, kPage);
        if (!listed) co_return std::unexpected(listed.error());
        if (listed->empty()) co_return Result<void>();
        after = listed->back().key;
        std::erase_if(*listed, [&](const objects::ObjectInfo& object) {
            const bool earlier = object.key <= copy.done_until;
            if (earlier) done.bytes += object.size;
            return earlier;
        });
        if (listed->empty()) continue;
        auto copied =
            co_await copy_page(std::make_shared<Page>(Page{copy, done, std::move(*listed)}));
        if (!copied) co_return copied;
        auto noted = co_await copy.note(after);
        if (!noted) co_return noted;
    }
}

Task<Result<ObjectTotals>> compare_objects(objects::Store& source, objects::Store& target) {
    // One pass over the target: millions of names and sizes fit in memory, a request for each would
    // take hours.
    std::map<std::string, std::uint64_t, std::less<>> there;
    for (std::string after;;) {
        auto page = co_await target.list("", after, kPage);
        if (!page) co_return std::unexpected(page.error());
        if (page->empty()) break;
        after = page->back().key;
        for (objects::ObjectInfo& object : *page) there.emplace(std::move(object.key), object.size);
    }
    ObjectTotals totals;
    for (std::string after;;) {
        auto page = co_await source.list("", after, kPage);
        if (!page) co_return std::unexpected(page.error());
        if (page->empty()) co_return totals;
        after = page->back().key;
        for (const objects::ObjectInfo& object : *page) {
            const auto found = there.find(object.key);
            if (found == there.end() || found->second != object.size)
                co_return fail(
                    Errc::conflict, "The object " + object.key +
                                        (found == there.end() ? " is not in the target."
                                                              : " has another size in the target.")
                );
            ++totals.objects;
            totals.bytes += object.size;
        }
    }
}

}  // namespace reelshare::moving
