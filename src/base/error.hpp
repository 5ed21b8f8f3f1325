#pragma once
// The one error vocabulary. Expected outcomes (not found, exists, quota, bad input) travel as
// values; exceptions mean a bug or no memory and are caught once per request, at the connection.

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reelshare {

enum class Errc : std::uint8_t {
    invalid,          ///< The caller's input is wrong; `fields` says where (400).
    unauthenticated,  ///< No token, or one that is no longer good (401).
    forbidden,        ///< Known, but not allowed (403).
    not_found,        ///< No such thing, or none that this caller may know of (404).
    conflict,         ///< The state does not allow it now (409).
    gone,             ///< It was here and has expired (410).
    too_large,        ///< Body or file over its limit (413).
    unsupported,      ///< Content type or format not supported (415).
    too_many,         ///< Over a rate or quota limit (429); `retry_after_s` says when.
    unavailable,      ///< A dependency is down or the queue is full (503); try again.
    timeout,          ///< The client was too slow (408), or our own deadline passed (503).
    no_space,         ///< Storage is full (507).
    aborted,          ///< The peer went away or we are stopping: nobody to answer to.
    internal,         ///< A bug or an unexpected driver error (500): detail goes to the log only.
};

/// One wrong field of a request: `path` is its name, or empty for the whole.
struct FieldError {
    std::string path;
    std::string message;
};

/// `message` is shown to clients, so it never holds SQL, paths or library output; those go into
/// `detail`, which only the log sees.
struct Error {
    Errc code = Errc::internal;
    std::string message;
    std::vector<FieldError> fields{};
    /// A stable machine word; empty: the one that belongs to `code`.
    std::string word{};
    std::string detail{};
    int retry_after_s = 0;
};

template <class T>
using Result = std::expected<T, Error>;

/// `return fail(Errc::not_found, "Video not found!");`
[[nodiscard]] inline std::unexpected<Error> fail(Errc code, std::string message) {
    return std::unexpected(Error{.code = code, .message = std::move(message)});
}

/// An error whose reason is for the log only; the client sees a general sentence.
[[nodiscard]] std::unexpected<Error> fail_internal(std::string detail);
[[nodiscard]] std::unexpected<Error> fail_unavailable(std::string detail, int retry_after_s = 1);

/// A validation failure of one field.
[[nodiscard]] std::unexpected<Error> fail_field(std::string path, std::string message);

/// The stable machine word of an error, e.g. "validation_error".
[[nodiscard]] std::string_view error_word(const Error& error);

/// The HTTP status of an error.
[[nodiscard]] int error_status(Errc code);

}  // namespace reelshare
