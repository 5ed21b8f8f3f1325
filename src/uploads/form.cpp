#include "uploads/form.hpp"

#include "base/json.hpp"
#include "videos/fields.hpp"

#include <vector>

namespace reelshare::uploads {

namespace {

constexpr std::size_t kPiece = 64 * 1024;
constexpr std::size_t kMaxData = 64 * 1024;

}  // namespace

Task<Result<void>> Form::read(http::Request& request) {
    const auto boundary = boundary_of(request.header("content-type"));
    if (!boundary) {
        const bool multipart = request.header("content-type").starts_with("multipart/form-data");
        co_return fail(
            multipart ? Errc::invalid : Errc::unsupported,
            multipart ? "The multipart boundary is missing or malformed."
                      : "The body must be multipart/form-data."
        );
    }
    declared_ = request.body->content_length().value_or(0);
    MultipartParser parser(*boundary);
    std::vector<char> piece(kPiece);
    for (;;) {
        auto got = co_await request.body->read(piece);
        if (!got) co_return std::unexpected(got.error());
        if (*got == 0) co_return fail(Errc::invalid, "The body ends before its last boundary.");
        std::span<const char> input(piece.data(), *got);
        while (!input.empty()) {
            const MultipartParser::Event event = parser.next(input);
            if (event.kind == MultipartParser::Event::Kind::bad)
                co_return fail(Errc::invalid, std::string(event.fault));
            if (event.kind == MultipartParser::Event::Kind::end) co_return end_part();
            auto taken = co_await take(event);
            if (!taken) co_return taken;
        }
    }
}

Task<Result<void>> Form::take(const MultipartParser::Event& event) {
    if (event.kind == MultipartParser::Event::Kind::part) {
        const auto ended = end_part();
        if (!ended) co_return ended;
        auto begun = co_await begin_part(event.header);
        co_return begun;
    }
    if (event.kind != MultipartParser::Event::Kind::bytes) co_return Result<void>();
    if (part_ == Part::file) {
        auto written = co_await intake_->write(event.bytes);
        co_return written;
    }
    if (data_text_.size() + event.bytes.size() > kMaxData)
        co_return fail(Errc::too_large, "The data part is too large.");
    data_text_.append(event.bytes.data(), event.bytes.size());
    co_return Result<void>();
}

Task<Result<void>> Form::begin_part(const PartHeader& header) {
    if (header.name == "data") {
        if (has_data_) co_return fail_field("data", "There is more than one data part.");
        has_data_ = true;
        part_ = Part::data;
        co_return Result<void>();
    }
    if (header.name != "reelVideo")
        co_return fail_field(header.name.substr(0, 64), "Unknown field.");
    if (intake_) co_return fail_field("reelVideo", "Upload one file at a time.");
    if (!header.has_filename) co_return fail_field("reelVideo", "This field must be a file.");
    if (video_) {
        auto allowed = co_await uploads_.judge_words(*video_);
        if (!allowed) co_return allowed;
    }
    auto intake = co_await uploads_.begin(declared_, room_);
    if (!intake) co_return std::unexpected(intake.error());
    intake_ = std::move(*intake);
    part_ = Part::file;
    co_return Result<void>();
}

/// What was said of the post is checked before the file behind it is read.
Result<void> Form::end_part() {
    if (part_ == Part::data) {
        auto data = parse_json_object(data_text_);
        if (!data) return fail_field("data", "The data part is not valid JSON.");
        auto video = videos::read_new_video(*data);
        if (!video) return std::unexpected(video.error());
        video_ = std::move(*video);
    }
    part_ = Part::none;
    return {};
}

Task<Result<std::string>> Form::finish(std::string uploader_id, std::string trace) {
    if (!intake_) co_return fail_field("reelVideo", "A video file is required.");
    if (!video_) co_return fail_field("data", "The data part is required.");
    auto allowed = co_await uploads_.judge_words(*video_);
    if (!allowed) co_return std::unexpected(allowed.error());
    video_->uploader_id = std::move(uploader_id);
    video_->trace = std::move(trace);
    auto id = co_await uploads_.finish(*intake_, std::move(*video_));
    co_return id;
}

}  // namespace reelshare::uploads
