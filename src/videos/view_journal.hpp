#pragma once
// Views on their way to the database, as they are noted: one small append to a file, without a
// sync, so that what was answered survives a killed process (not a power cut). One file per batch;
// it goes when the batch is committed.
//
// A file is "<batch id>.log", one sight a line: post, viewer, time, watched ms or -1, completed
// 0/1, second name or "-". A last line without its end was being written when the process died, and
// nobody was answered for it.

#include "base/error.hpp"
#include "objects/file_descriptor.hpp"
#include "videos/view_batch.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace reelshare::videos {

/// Not thread-safe: the counter's lock is held around each call.
class ViewJournal {
  public:
    /// Makes the folder. `unavailable` where that cannot be done.
    static Result<std::unique_ptr<ViewJournal>> open(std::filesystem::path folder);

    /// What earlier processes left, the oldest first. Before the first `note`.
    [[nodiscard]] std::vector<ViewBatch> left_over() const;

    /// Appends to the file of the batch, which the first call makes. False where the disk refuses.
    bool note(const std::string& batch_id, const ViewBatch::Key& key, const Sight& sight);
    /// The batch needs its file no more.
    void forget(const std::string& batch_id);

  private:
    explicit ViewJournal(std::filesystem::path folder) : folder_(std::move(folder)) {}
    [[nodiscard]] std::filesystem::path path_of(const std::string& batch_id) const;

    std::filesystem::path folder_;
    std::string current_;
    objects::FileDescriptor file_;
};

}  // namespace reelshare::videos
