#include "base/error.hpp"

namespace reelshare {

std::unexpected<Error> fail_internal(std::string detail) {
    return std::unexpected(Error{
        .code = Errc::internal,
        .message = "Something went wrong on our side. Please try again.",
        .detail = std::move(detail)
    });
}

std::unexpected<Error> fail_unavailable(std::string detail, int retry_after_s) {
    return std::unexpected(Error{
        .code = Errc::unavailable,
        .message = "The service is busy. Please try again in a moment.",
        .detail = std::move(detail),
        .retry_after_s = retry_after_s
    });
}

std::unexpected<Error> fail_field(std::string path, std::string message) {
    return std::unexpected(Error{
        .code = Errc::invalid,
        .message = "Validation Error",
        .fields = {{std::move(path), std::move(message)}}
    });
}

std::string_view error_word(const Error& error) {
    if (!error.word.empty()) return error.word;
    switch (error.code) {
        case Errc::invalid:
            return error.fields.empty() ? "bad_request" : "validation_error";
        case Errc::unauthenticated:
            return "unauthorized";
        case Errc::forbidden:
            return "forbidden";
        case Errc::not_found:
            return "not_found";
        case Errc::conflict:
            return "conflict";
        case Errc::gone:
            return "gone";
        case Errc::too_large:
            return "too_large";
        case Errc::unsupported:
            return "unsupported_media_type";
        case Errc::too_many:
            return "rate_limited";
        case Errc::unavailable:
            return "unavailable";
        case Errc::timeout:
            return "timeout";
        case Errc::no_space:
            return "insufficient_storage";
        case Errc::aborted:
            return "aborted";
        case Errc::internal:
            break;
    }
    return "internal_error";
}

int error_status(Errc code) {
    switch (code) {
        case Errc::invalid:
            return 400;
        case Errc::unauthenticated:
            return 401;
        case Errc::forbidden:
            return 403;
        case Errc::not_found:
            return 404;
        case Errc::conflict:
            return 409;
        case Errc::gone:
            return 410;
        case Errc::too_large:
            return 413;
        case Errc::unsupported:
            return 415;
        case Errc::too_many:
            return 429;
        case Errc::unavailable:
            return 503;
        case Errc::timeout:
            return 408;
        case Errc::no_space:
            return 507;
        case Errc::aborted:
        case Errc::internal:
            break;
    }
    return 500;
}

}  // namespace reelshare
