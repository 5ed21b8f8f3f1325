#include "uploads/routes.hpp"

#include "http/link_origin.hpp"
#include "uploads/form.hpp"
#include "videos/cached_answer.hpp"

#include <chrono>

namespace reelshare::uploads {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kFormOverhead = 1u << 20;  ///< What a body may hold besides the file.
constexpr std::chrono::seconds kShortWait{2};
constexpr std::chrono::minutes kLongWait{15};
constexpr std::chrono::seconds kPoll{1};

enum class Wait : std::uint8_t { none, playable, ready };

Result<Wait> read_wait(const http::Request& request) {
    const auto text = request.query_value("wait");
    if (!text) return Wait::playable;
    if (*text == "none") return Wait::none;
    if (*text == "ready") return Wait::ready;
    return fail_field("wait", "Must be one of: none, ready.");
}

/// Until the clip is what the client waits for, or failed, or the time is over. The bus says when
/// to look; the row says what is true.
Task<void> wait_for(const UploadParts& parts, std::string id, Wait wait) {
    if (wait == Wait::none) co_return;
    auto progress = co_await parts.videos.progress(id);
    if (!progress) co_return;
    const auto subscription = parts.bus.subscribe("asset:" + progress->asset_id);
    const auto give_up = Clock::now() + (wait == Wait::ready ? kLongWait : kShortWait);
    for (;;) {
        progress = co_await parts.videos.progress(id);
        if (!progress || progress->status == "ready" || progress->status == "failed") co_return;
        if (wait == Wait::playable && progress->status == "playable") co_return;
        const auto now = Clock::now();
        if (now >= give_up) co_return;
        // Progress messages are many; the end of the job is one of them or found by the poll.
        const auto next_look = std::min(give_up, now + kPoll);
        for (;;) {
            auto message = co_await subscription->next(next_look);
            if (!message || message->find("\"processing\"") == std::string::npos) break;
        }
    }
}

Task<Result<http::Response>> upload(const UploadParts& parts, http::Request& request) {
    auto viewer = co_await parts.accounts.require(request);
    if (!viewer) co_return std::unexpected(viewer.error());
    const auto wait = read_wait(request);
    if (!wait) co_return std::unexpected(wait.error());
    Result<std::string> id;
    {
        auto place = parts.uploads.take_place(viewer->user_id);
        if (!place) co_return std::unexpected(place.error());
        const std::uint64_t declared = request.body->content_length().value_or(0);
        auto admitted = co_await parts.uploads.admit(declared);
        if (!admitted) co_return std::unexpected(admitted.error());
        const std::uint64_t least = declared > kFormOverhead ? declared - kFormOverhead : 1;
        auto room = co_await parts.uploads.room_of(viewer->user_id, least);
        if (!room) co_return std::unexpected(room.error());
        Form form(parts.uploads, *room);
        auto read = co_await form.read(request);
        if (!read) co_return std::unexpected(read.error());
        id = co_await form.finish(viewer->user_id, traceparent(request.trace));
    }
    if (!id) co_return std::unexpected(id.error());
    co_await wait_for(parts, *id, *wait);
    auto video = co_await parts.videos.find(
        *id, viewer->user_id, http::link_origin(request, parts.public_url)
    );
    if (!video) co_return std::unexpected(video.error());
    co_return http::success(201, "Video uploaded successfully!", std::move(*video));
}

}  // namespace

void add_upload_routes(http::Router& router, const UploadParts& parts) {
    router.add(
        http::Method::post, "/api/v1/video/upload",
        http::handler([parts](http::Request& request) { return upload(parts, request); }),
        {.max_body = parts.uploads.options().max_bytes + kFormOverhead, .chunked = true}
    );
}

}  // namespace reelshare::uploads
