#include "media/bounds.hpp"

#include "media/failure.hpp"

namespace reelshare::media {

namespace {

constexpr double kPerSecond = 3'000;

}  // namespace

std::int64_t most_packets(const Job& job) {
    return static_cast<std::int64_t>((job.max_duration_s + 1) * kPerSecond);
}

std::size_t side_data_of(const AVPacket& packet) {
    std::size_t sum = 0;
    for (int i = 0; i < packet.side_data_elems; ++i) sum += packet.side_data[i].size;
    return sum;
}

std::size_t side_data_of(const AVFrame& frame) {
    std::size_t sum = 0;
    for (int i = 0; i < frame.nb_side_data; ++i) sum += frame.side_data[i]->size;
    return sum;
}

std::size_t side_data_of(const AVStream& stream) {
    std::size_t sum = 0;
    for (int i = 0; i < stream.nb_side_data; ++i) sum += stream.side_data[i].size;
    return sum;
}

void fail_too_many_parts() {
    throw Failure("too_many_parts", "The file is cut into more pieces than any camera makes.");
}

void fail_side_data() {
    throw Failure(
        "too_much_data", "The file holds far more beside its pictures than any camera writes."
    );
}

}  // namespace reelshare::media
