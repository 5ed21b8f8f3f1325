#pragma once
// The multipart body of an upload: the file goes into the store as it arrives, `data` is read and
// checked as soon as it is whole. Either may come first.

#include "http/message.hpp"
#include "uploads/multipart.hpp"
#include "uploads/uploads.hpp"

#include <memory>
#include <optional>
#include <string>

namespace reelshare::uploads {

class Form {
  public:
    /// `room`: the longest file that is taken, as `Uploads::room_of` says.
    explicit Form(Uploads& uploads, std::uint64_t room = Uploads::kAnyRoom)
        : uploads_(uploads), room_(room) {}

    /// Reads the whole body. What was written is dropped with the form unless `finish` was called.
    Task<Result<void>> read(http::Request& request);
    /// The id of the post. `trace`: the traceparent that its job goes on with.
    Task<Result<std::string>> finish(std::string uploader_id, std::string trace);

  private:
    enum class Part : std::uint8_t { none, data, file };

    Task<Result<void>> take(const MultipartParser::Event& event);
    Task<Result<void>> begin_part(const PartHeader& header);
    Result<void> end_part();

    Uploads& uploads_;
    const std::uint64_t room_;
    std::uint64_t declared_ = 0;
    Part part_ = Part::none;
    std::string data_text_;
    bool has_data_ = false;
    std::optional<videos::NewVideo> video_;
    std::unique_ptr<Intake> intake_;
};

}  // namespace reelshare::uploads
