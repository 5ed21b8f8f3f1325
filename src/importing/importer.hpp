#pragma once
// All of a ReelServer into this installation, kind by kind. It can be stopped at any moment and run
// again: what was brought is known by its name (names.hpp).

#include "importing/outcome.hpp"
#include "importing/posts.hpp"
#include "importing/source.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace reelshare::importing {

struct Tally {
    std::int64_t brought = 0;
    std::int64_t known = 0;
    std::int64_t left_out = 0;
};

struct Report {
    std::array<Tally, kKinds.size()> tallies{};  ///< In the order of `kKinds`.
    std::int64_t cut = 0;
    std::int64_t keyless = 0;
    /// The first of them, as "clips ck3…: why"; how many there are the tallies say.
    std::vector<std::string> left_out{};

    [[nodiscard]] const Tally& of(Kind kind) const {
        return tallies[static_cast<std::size_t>(kind)];
    }
    [[nodiscard]] bool complete() const;
};

struct Import {
    Source& source;  ///< Checked.
    PostParts parts;
    /// Told of the rows of a kind that are done. Not to block.
    std::function<void(Kind kind, std::int64_t done, std::int64_t all)> progress;
    /// Told of posts whose counts have changed.
    std::function<void(const std::vector<std::string>& video_ids)> counts_changed;
};

/// Fills `report` as it goes, so that it says what was done also where an error ends it. What is
/// wrong with one row leaves that row out; errors are of the databases and the store.
Task<Result<void>> import_all(const Import& work, Report& report);

}  // namespace reelshare::importing
