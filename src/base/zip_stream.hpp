#pragma once
// A ZIP archive made while it is sent (PKWARE APPNOTE 6.3.10): nothing is known beforehand but
// names, so sizes and checksums follow the bytes (general purpose bit 3). Every entry is a deflate
// stream, also one that is not made smaller: readers that take an archive from a pipe find its end.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace reelshare {

class ZipStream {
  public:
    ZipStream();
    ~ZipStream();
    ZipStream(const ZipStream&) = delete;
    ZipStream& operator=(const ZipStream&) = delete;

    enum class Pack : std::uint8_t {
        text,   ///< Deflated.
        media,  ///< As it is: it was compressed before.
    };
    /// Begins an entry, modified `time_s` (Unix seconds). `name`: UTF-8, "/" between folders. With
    /// `large` it may have 4 GiB and more (ZIP64).
    void begin(std::string name, Pack pack, std::int64_t time_s, bool large = false);
    void write(std::span<const char> bytes);
    void end();
    /// The directory; nothing may follow.
    void finish();

    /// What is to be sent of all that was made since the last call.
    [[nodiscard]] std::string take();

  private:
    struct Entry {
        std::string name;
        std::uint32_t time = 0;  ///< As MS-DOS kept it: date and time, two seconds a step.
        bool large = false;
        std::uint64_t offset = 0;
        std::uint64_t packed = 0;
        std::uint64_t size = 0;
        std::uint32_t checksum = 0;
    };
    class Deflate;

    void put(const std::string& bytes);
    void put_directory_entry(const Entry& entry);

    std::unique_ptr<Deflate> deflate_;
    std::vector<Entry> entries_;
    std::string made_;
    std::uint64_t offset_ = 0;  ///< Bytes made in all.
};

}  // namespace reelshare
