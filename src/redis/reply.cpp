#include "redis/reply.hpp"

namespace reelshare::redis {

std::int64_t Reply::integer() const {
    const auto* number = std::get_if<std::int64_t>(&value);
    return number ? *number : 0;
}

const std::string& Reply::text() const {
    static const std::string kNone;
    const auto* text = std::get_if<std::string>(&value);
    return text ? *text : kNone;
}

const std::vector<Reply>& Reply::items() const {
    static const std::vector<Reply> kNone;
    const auto* items = std::get_if<std::vector<Reply>>(&value);
    return items ? *items : kNone;
}

std::unexpected<Error> refused_by_redis(std::string words) {
    return fail_unavailable(std::move(words));
}

}  // namespace reelshare::redis
