#include "base/blocking_executor.hpp"

#include "support/run_task.hpp"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>
#include <thread>

namespace reelshare {
namespace {

TEST(BlockingExecutor, RunsElsewhereAndComesBack) {
    BlockingExecutor executor(1, 8);
    auto test = [&]() -> Task<bool> {
        const auto home = std::this_thread::get_id();
        auto work = []() -> Result<std::thread::id> { return std::this_thread::get_id(); };
        auto there = co_await executor.run(work);
        co_return there && *there != home&& std::this_thread::get_id() == home;
    };
    EXPECT_TRUE(run_task(test()));
}

TEST(BlockingExecutor, PassesExceptionsOn) {
    BlockingExecutor executor(1, 8);
    auto test = [&]() -> Task<bool> {
        bool caught = false;
        try {
            auto work = []() -> Result<int> { throw std::runtime_error("x"); };
            auto result = co_await executor.run(work);
            (void)result;
        } catch (const std::runtime_error&) {
            caught = true;
        }
        co_return caught;
    };
    EXPECT_TRUE(run_task(test()));
    EXPECT_EQ(executor.pending(), 0u);
}

TEST(BlockingExecutor, RefusesAtOnceWhenItsQueueIsFull) {
    BlockingExecutor executor(1, 1);
    std::promise<void> release;
    std::promise<void> started;
    asio::io_context context;
    bool first_done = false;
    asio::co_spawn(
        context,
        [&]() -> Task<void> {
            auto work = [&]() -> Result<int> {
                started.set_value();
                release.get_future().wait();
                return 1;
            };
            auto result = co_await executor.run(work);
            first_done = result.has_value();
        },
        asio::detached
    );
    context.poll();
    started.get_future().wait();
    auto second = [&]() -> Task<Errc> {
        auto result = co_await executor.run([]() -> Result<int> { return 2; });
        co_return result ? Errc::internal : result.error().code;
    };
    EXPECT_EQ(run_task(second()), Errc::unavailable);
    release.set_value();
    context.run();
    EXPECT_TRUE(first_done);
}

}  // namespace
}  // namespace reelshare
