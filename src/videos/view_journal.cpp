#include "videos/view_journal.hpp"

#include "base/id.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace reelshare::videos {

namespace {

namespace fs = std::filesystem;

std::string line_of(const ViewBatch::Key& key, const Sight& sight) {
    return fmt::format(
        "{} {} {} {} {} {}\n", key.first, key.second, sight.at,
        sight.watch ? sight.watch->watched_ms : -1, sight.watch && sight.watch->completed ? 1 : 0,
        sight.alias.empty() ? "-" : sight.alias
    );
}

/// Adds a line to `batch`; what is no line of ours is passed over.
void read_line(const std::string& line, ViewBatch& batch) {
    std::istringstream words(line);
    ViewBatch::Key key;
    Sight sight;
    std::int64_t watched = 0;
    int completed = 0;
    if (!(words >> key.first >> key.second >> sight.at >> watched >> completed >> sight.alias))
        return;
    if (!is_id(key.first) || sight.at <= 0) return;
    if (sight.alias == "-") sight.alias.clear();
    if (watched >= 0) sight.watch = Watch{watched, completed != 0};
    const auto [entry, added] = batch.sights.try_emplace(key, sight);
    if (!added) entry->second.merge(sight);
}

ViewBatch read_file(const fs::path& path) {
    ViewBatch batch;
    batch.id = path.stem().string();
    std::ifstream file(path);
    std::string line;
    // The end of the file instead of a line feed: torn.
    while (std::getline(file, line) && !file.eof()) read_line(line, batch);
    return batch;
}

}  // namespace

Result<std::unique_ptr<ViewJournal>> ViewJournal::open(fs::path folder) {
    std::error_code ec;
    fs::create_directories(folder, ec);
    if (ec)
        return fail(
            Errc::unavailable, "Cannot write to " + folder.string() + ": " + ec.message() + "."
        );
    return std::unique_ptr<ViewJournal>(new ViewJournal(std::move(folder)));
}

fs::path ViewJournal::path_of(const std::string& batch_id) const {
    return folder_ / (batch_id + ".log");
}

std::vector<ViewBatch> ViewJournal::left_over() const {
    std::vector<fs::path> files;
    std::error_code ec;
    for (fs::directory_iterator entry(folder_, ec), end; !ec && entry != end; entry.increment(ec))
        if (entry->path().extension() == ".log" && is_id(entry->path().stem().string()))
            files.push_back(entry->path());
    std::ranges::sort(files);  // By id: by time.
    std::vector<ViewBatch> batches;
    for (const fs::path& file : files) batches.push_back(read_file(file));
    return batches;
}

bool ViewJournal::note(const std::string& batch_id, const ViewBatch::Key& key, const Sight& sight) {
    if (current_ != batch_id) {
        current_ = batch_id;
        file_ = objects::FileDescriptor(
            ::open(path_of(batch_id).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)
        );
    }
    if (!file_.is_open()) return false;
    const std::string line = line_of(key, sight);
    return ::write(file_.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

void ViewJournal::forget(const std::string& batch_id) {
    if (current_ == batch_id) {
        current_.clear();
        file_.reset();
    }
    std::error_code ec;
    fs::remove(path_of(batch_id), ec);
}

}  // namespace reelshare::videos
