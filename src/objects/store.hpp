#pragma once
// Where bytes live: a folder (filesystem.hpp) or a bucket (s3.hpp).
//
// A key is a server-made relative name such as "sources/<uuid>" or "media/<uuid>/540.mp4": segments
// of [a-z0-9._-], no segment starting with a dot, at most 200 characters. Anything else is refused
// with `invalid` before it touches the disk.

#include "base/clock.hpp"
#include "base/task.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace reelshare::objects {

struct ObjectInfo {
    std::string key;
    std::uint64_t size = 0;
    UnixMillis modified = 0;
};

/// A new object in the making. Nobody sees it before `commit`; destroying it without a commit
/// leaves nothing behind.
class Writer {
  public:
    virtual ~Writer() = default;
    /// Appends. Memory stays constant whatever the size. Errors: `no_space`, `unavailable`.
    virtual Task<Result<void>> write(std::span<const char> bytes) = 0;
    /// Makes the object visible at once and durable (file and folder are synced) before it returns.
    /// An object that was there under this key is replaced.
    virtual Task<Result<void>> commit() = 0;
};

/// How far an unfinished object is durable, as its appender said. Whoever keeps marks keeps both
/// parts together: the note is the store's own (a folder needs none).
struct Mark {
    std::uint64_t size = 0;
    std::string note{};
};

/// An unfinished object that outlives the process that makes it: a resumable upload. What one
/// visitor appended the next goes on with, on another node too. One at a time: whoever opens it
/// sees to that (uploads/ holds a lease in the database). One that has lost its turn and does not
/// know it yet harms nobody: what it still writes no mark names.
class Appender {
  public:
    virtual ~Appender() = default;
    /// Appends. Errors: `no_space`, `unavailable`.
    virtual Task<Result<void>> append(std::span<const char> bytes) = 0;
    /// Makes durable what costs little (a bucket: whole parts that have arrived) and says how far
    /// that is: perhaps less than was appended. A failure shows in the next call of the others.
    virtual Task<Mark> save() = 0;
    /// Makes everything appended so far durable.
    virtual Task<Result<Mark>> sync() = 0;
    /// Makes all of it an object under `key`, durable before it returns. The unfinished object
    /// stays until `discard`, so that whoever died before he could say so may publish again.
    virtual Task<Result<void>> publish(std::string key) = 0;
};

/// An open object. It never mixes the bytes of two: after it was removed or replaced, a folder's
/// goes on with the bytes it had and a bucket's is `not_found`.
class Reader {
  public:
    virtual ~Reader() = default;
    [[nodiscard]] virtual std::uint64_t size() const = 0;
    /// Reads up to `into.size()` bytes at `offset`; 0 at the end.
    virtual Task<Result<std::size_t>> read(std::uint64_t offset, std::span<char> into) = 0;
    /// A descriptor of a local file holding exactly the object, for sendfile; -1 where there is
    /// none. Owned by the reader.
    [[nodiscard]] virtual int descriptor() const { return -1; }
};

/// The errors of every method: `not_found`, `invalid` (the key), `no_space`, `unavailable`. All may
/// be called from any event loop and resume there.
class Store {
  public:
    virtual ~Store() = default;

    virtual Task<Result<std::unique_ptr<Writer>>> create(std::string key) = 0;
    virtual Task<Result<std::unique_ptr<Reader>>> open(std::string key) = 0;
    /// A whole object at once.
    Task<Result<void>> put(std::string key, std::string bytes);

    /// Opens the unfinished object of `key` to append behind `mark`, one that its appenders gave;
    /// what is behind it is cut off (nobody was told of it). An empty mark begins it. `not_found`:
    /// it has fewer bytes than that.
    virtual Task<Result<std::unique_ptr<Appender>>> resume(std::string key, Mark mark) = 0;
    /// Removes the unfinished object of `key`; what was published stays. None there is no error.
    virtual Task<Result<void>> discard(std::string key) = 0;
    /// Keys of all unfinished objects.
    virtual Task<Result<std::vector<std::string>>> unfinished() = 0;
    virtual Task<Result<ObjectInfo>> stat(std::string key) = 0;
    /// Removing what is not there is no error.
    virtual Task<Result<void>> remove(std::string key) = 0;
    /// The same for many, in few requests where the store can do so.
    virtual Task<Result<void>> remove_all(std::vector<std::string> keys);
    /// Objects whose key starts with `prefix`, in key order, those after `after` only, at most
    /// `limit`.
    virtual Task<Result<std::vector<ObjectInfo>>> list(
        std::string prefix, std::string after = {}, std::size_t limit = 1000
    ) = 0;
    /// The path of a local file that holds the object, where there is one.
    [[nodiscard]] virtual std::optional<std::filesystem::path> local_path(const std::string& key
    ) = 0;
    /// Bytes that can still be stored; a very large number where the store has no such limit.
    /// `unavailable` where it takes none now: asked before the body of an upload is read.
    virtual Task<Result<std::uint64_t>> free_bytes() = 0;
    /// Removes what writers of processes that are gone have left half done for longer than `age`;
    /// how many there were.
    virtual Task<Result<int>> remove_unfinished(std::chrono::seconds age);
    /// Ends what is under way with `aborted`, and all later calls at once: before the event loops
    /// end that wait for them. A store without requests of its own has nothing to do.
    virtual void close() {}
};

}  // namespace reelshare::objects
