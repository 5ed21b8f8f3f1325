// A job whose bytes were processed before: it takes as long as it did then, so that nobody learns
// from it that somebody else has the same file, but no work.

#include "base/log.hpp"
#include "processing/running_job.hpp"
#include "processing/twins.hpp"

#include <boost/asio/as_tuple.hpp>

#include <algorithm>
#include <chrono>

namespace reelshare::processing {

namespace {

constexpr std::chrono::milliseconds kStep{200};

}  // namespace

Task<Result<void>> Worker::pass_time(
    Running& job, Running::Clock::time_point until, std::chrono::milliseconds whole
) {
    asio::steady_timer timer(home_);
    for (auto now = Running::Clock::now(); now < until; now = Running::Clock::now()) {
        const std::chrono::duration<double> passed = now - job.claim.began;
        const std::chrono::duration<double> all = whole;
        tell_progress(job, std::clamp(passed / all, 0.0, 0.99));
        auto ours = co_await keep(job);
        if (!ours) co_return ours;
        timer.expires_at(std::min(until, now + kStep));
        const auto waited = co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        (void)waited;
    }
    co_return Result<void>();
}

Task<std::optional<Worker::Outcome>> Worker::share(Running& job) {
    auto found = co_await find_twin(database_, job.claim);
    if (!found) co_return Outcome::of(found.error());
    if (!*found) co_return std::nullopt;
    const Twin& twin = **found;
    job.stage = "encoding";
    if (twin.playable.count() > 0) {
        auto passed = co_await pass_time(job, job.claim.began + twin.playable, twin.ready);
        if (!passed) co_return Outcome::of(passed.error());
        auto early = co_await publisher_.publish_early(job.claim, twin.report, twin.media_prefix);
        if (!early) co_return Outcome::of(early.error());
    }
    auto passed = co_await pass_time(job, job.claim.began + twin.ready, twin.ready);
    if (!passed) co_return Outcome::of(passed.error());
    auto shared = co_await publisher_.share(job.claim, twin.asset_id);
    // It was deleted meanwhile: then the work is done after all.
    if (!shared && shared.error().code == Errc::not_found) co_return std::nullopt;
    if (!shared) co_return Outcome::of(shared.error());
    co_await remove_source(job.claim);
    co_return Outcome{.kind = Outcome::Kind::done, .report = twin.report};
}

Task<std::optional<Worker::Outcome>> Worker::refuse_banned(
    const Claim& claim, std::vector<media::PictureHash> looks
) {
    auto known = co_await bans_.has_content(claim.content_hash);
    if (known && !*known) known = co_await bans_.has_look(std::move(looks));
    if (!known) co_return Outcome::of(known.error());
    if (!*known) co_return std::nullopt;
    co_return Outcome{
        .kind = Outcome::Kind::refused,
        .reason = "banned",
        .message = "This clip is not allowed on this server."
    };
}

}  // namespace reelshare::processing
