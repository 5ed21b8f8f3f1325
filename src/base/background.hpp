#pragma once
// A task that goes on beside its owner, who comes back for its answer later.

#include "base/completion.hpp"
#include "base/task.hpp"

#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace reelshare {

/// `T` is a Result. The task goes on to its end where the owner goes away: it must hold what it
/// needs.
template <class T>
class Background {
  public:
    Background(asio::any_io_executor executor, Task<T> task) : state_(std::make_shared<State>()) {
        asio::co_spawn(
            executor, std::move(task),
            [state = state_](std::exception_ptr failure, T value) {
                state->finish(
                    failure ? T(fail_internal("a background task threw")) : std::move(value)
                );
            }
        );
    }

    /// Whether `wait` would return at once.
    [[nodiscard]] bool ready() const {
        const std::lock_guard lock(state_->mutex);
        return state_->answer.has_value();
    }

    /// Its answer, once.
    Task<T> wait() {
        return await_completion<T>([state = state_](std::function<void(T)> done) {
            state->wait(std::move(done));
        });
    }

  private:
    struct State {
        void finish(T value) {
            std::function<void(T)> waiter;
            {
                const std::lock_guard lock(mutex);
                if (!done) {
                    answer.emplace(std::move(value));
                    return;
                }
                waiter = std::exchange(done, nullptr);
            }
            waiter(std::move(value));
        }
        void wait(std::function<void(T)> waiter) {
            {
                const std::lock_guard lock(mutex);
                if (!answer) {
                    done = std::move(waiter);
                    return;
                }
            }
            waiter(std::move(*answer));
        }

        std::mutex mutex;
        std::optional<T> answer;
        std::function<void(T)> done;
    };

    std::shared_ptr<State> state_;
};

}  // namespace reelshare
