#pragma once
// What became of some rows of the ReelServer.

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace reelshare::importing {

struct LeftOut {
    std::string old_id;
    std::string why;  ///< A sentence.
};

struct Outcome {
    std::int64_t brought = 0;
    std::int64_t known = 0;    ///< Brought earlier, or about something that was removed here since.
    std::int64_t cut = 0;      ///< Texts that were shortened.
    std::int64_t keyless = 0;  ///< People brought whose password is not understood.
    std::vector<LeftOut> left_out{};
    std::set<std::string> video_ids{};  ///< Here, of posts whose counts have changed.

    void leave_out(std::string old_id, std::string why) {
        left_out.push_back({std::move(old_id), std::move(why)});
    }
};

}  // namespace reelshare::importing
