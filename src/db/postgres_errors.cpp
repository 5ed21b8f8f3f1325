#include "db/postgres_errors.hpp"

#include <string>

namespace reelshare::db {

namespace {

constexpr std::string_view kCollision = "collision";
constexpr std::string_view kLost = "connection_lost";
constexpr std::string_view kEnding = "connection_ending";

Error unavailable(std::string detail, std::string_view mark = {}) {
    Error error = fail_unavailable(std::move(detail)).error();
    error.word = mark;
    return error;
}

}  // namespace

Error postgres_error(std::string_view sqlstate, std::string_view message, std::string_view sql) {
    const std::string detail =
        std::string(sqlstate) + ' ' + std::string(message) + " in: " + std::string(sql);
    const std::string_view kind = sqlstate.substr(0, 2);
    if (kind == "23")  // integrity constraint violation
        return {
            .code = Errc::conflict,
            .message = "This conflicts with what is stored.",
            .word = "constraint",
            .detail = detail
        };
    if (sqlstate == "40001" || sqlstate == "40P01")  // serialisation failure, deadlock
        return unavailable(detail, kCollision);
    if (sqlstate == "53100")  // disk full
        return {
            .code = Errc::no_space, .message = "The server's storage is full.", .detail = detail
        };
    if (sqlstate == "22021" || sqlstate == "22P05")  // a byte that is no text, such as NUL
        return {.code = Errc::invalid, .message = "A text is not valid UTF-8.", .detail = detail};
    // 57Pxx the server stops or starts, 25006 it is a replica now, 25P03 idle for too long.
    if (sqlstate.starts_with("57P") || sqlstate == "25006" || sqlstate == "25P03")
        return unavailable(detail, kEnding);
    // Too many connections or too little memory, over a time limit, lock not to be had, input or
    // output failed, connection exceptions.
    if (kind == "53" || sqlstate == "57014" || sqlstate == "55P03" || kind == "58" || kind == "08")
        return unavailable(detail);
    // A prepared statement went away, or its plan no longer fits: gone from our cache with this.
    if (sqlstate == "26000" || sqlstate == "0A000") return unavailable(detail, kLost);
    return fail_internal(detail).error();
}

Error postgres_error(const PGresult& result, std::string_view sql) {
    const auto field = [&](int code) -> std::string_view {
        const char* text = PQresultErrorField(&result, code);
        return text ? text : "";
    };
    return postgres_error(field(PG_DIAG_SQLSTATE), field(PG_DIAG_MESSAGE_PRIMARY), sql);
}

Error connection_lost(std::string_view why) {
    return unavailable("the connection to the database is lost: " + std::string(why), kLost);
}

bool is_collision(const Error& error) {
    return error.word == kCollision;
}

bool is_connection_lost(const Error& error) {
    return error.word == kLost || error.word == kEnding;
}

bool ends_connection(const Error& error) {
    return error.word == kEnding;
}

Error without_marks(Error error) {
    if (is_collision(error) || is_connection_lost(error)) error.word.clear();
    return error;
}

}  // namespace reelshare::db
