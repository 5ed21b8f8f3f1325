#include "base/compress.hpp"

#include <brotli/encode.h>
#include <zlib.h>

#include <array>
#include <cstdint>
#include <fstream>

namespace reelshare {

std::string gzip(std::string_view text) {
    z_stream stream{};
    constexpr int kGzipWindow = 15 + 16;  // zlib.h: 16 asks for the gzip header.
    if (deflateInit2(&stream, 6, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK) return {};
    std::string packed(deflateBound(&stream, text.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    const int code = deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return code == Z_STREAM_END && packed.size() < text.size() ? packed : std::string();
}

bool gzip_file(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::ifstream source(from, std::ios::binary);
    gzFile packed = source ? gzopen(to.c_str(), "wbe6") : nullptr;
    if (!packed) return false;
    std::array<char, 64 * 1024> piece{};
    bool good = true;
    while (good && source) {
        source.read(piece.data(), piece.size());
        const auto got = static_cast<unsigned>(source.gcount());
        good = got == 0 || gzwrite(packed, piece.data(), got) == static_cast<int>(got);
    }
    const bool closed = gzclose(packed) == Z_OK;
    return good && closed && source.eof();
}

std::string brotli(std::string_view text, int quality) {
    std::size_t size = BrotliEncoderMaxCompressedSize(text.size());
    std::string packed(size, '\0');
    const int done = BrotliEncoderCompress(
        quality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, text.size(),
        reinterpret_cast<const std::uint8_t*>(text.data()), &size,
        reinterpret_cast<std::uint8_t*>(packed.data())
    );
    packed.resize(size);
    return done && size < text.size() ? packed : std::string();
}

}  // namespace reelshare
