#include "videos/paging.hpp"

#include <fmt/format.h>

#include <charconv>

namespace reelshare::videos {

namespace {

/// A number in [1, max] and nothing else.
std::optional<std::int64_t> whole(std::string_view text, std::int64_t max) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > max)
        return std::nullopt;
    return value;
}

bool read_cursor(std::string_view cursor, ListRequest& list) {
    if (list.sort == ListRequest::Sort::trending) {
        list.after = place_of_cursor(cursor);
        return list.after.has_value();
    }
    auto id = id_of_cursor(cursor);
    if (id) list.before_id = std::move(*id);
    return id.has_value();
}

class Reader {
  public:
    explicit Reader(const http::Request& request) : request_(request) {}

    std::int64_t number(
        std::string_view name, std::string_view what, std::int64_t max, std::int64_t otherwise
    ) {
        const auto text = request_.query_value(name);
        if (!text) return otherwise;
        if (const auto value = whole(*text, max)) return *value;
        fault(name, fmt::format("{} must be a whole number from 1 to {}.", what, max));
        return otherwise;
    }

    void fault(std::string_view name, std::string message) {
        faults_.push_back({std::string(name), std::move(message)});
    }

    std::vector<FieldError>& faults() { return faults_; }

  private:
    const http::Request& request_;
    std::vector<FieldError> faults_;
};

}  // namespace

Result<std::int64_t> read_limit(const http::Request& request) {
    Reader read(request);
    const auto limit =
        read.number("limit", "Limit", ListRequest::kMaxLimit, ListRequest::kDefaultLimit);
    if (read.faults().empty()) return limit;
    return std::unexpected(Error{
        .code = Errc::invalid, .message = "Validation Error", .fields = std::move(read.faults())
    });
}

Result<ListRequest> read_list_request(const http::Request& request) {
    Reader read(request);
    ListRequest list;
    const auto cursor = request.query_value("cursor");
    const auto sort = request.query_value("sort");
    list.page_given = request.query_value("page").has_value();
    list.page = read.number("page", "Page", ListRequest::kMaxPage, 1);
    list.limit = read.number("limit", "Limit", ListRequest::kMaxLimit, ListRequest::kDefaultLimit);
    list.keyset = cursor || (sort && !list.page_given);
    if (cursor && list.page_given) read.fault("cursor", "Give a page or a cursor, not both.");
    if (sort && *sort == "trending")
        list.sort = ListRequest::Sort::trending;
    else if (sort && *sort != "latest")
        read.fault("sort", "Sort must be one of: latest, trending.");
    if (list.sort == ListRequest::Sort::trending && list.page_given)
        read.fault("page", "This list is paged by cursor.");
    if (cursor && !cursor->empty() && !read_cursor(*cursor, list))
        read.fault("cursor", "This cursor is not one that this list gave.");
    if (read.faults().empty()) return list;
    return std::unexpected(Error{
        .code = Errc::invalid, .message = "Validation Error", .fields = std::move(read.faults())
    });
}

}  // namespace reelshare::videos
