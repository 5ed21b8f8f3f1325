#pragma once
// One export on its way: everything kept about a user as a ZIP archive, made while it is sent.
// Memory stays constant: a page of rows or a piece of a file at a time.

#include "base/task.hpp"
#include "base/zip_stream.hpp"
#include "db/database.hpp"
#include "objects/store.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace reelshare::exports {

class Archive {
  public:
    Archive(db::Database& database, objects::Store& store, std::string user_id);

    /// The next piece, none behind the last. An error breaks it off: it is no whole archive.
    Task<Result<std::optional<std::string>>> next();

  private:
    Task<Result<void>> step();
    Task<Result<void>> add_rows();
    Task<Result<void>> open_clip();
    Task<Result<std::string>> largest_rendition(std::string prefix);
    Task<Result<void>> add_piece();

    db::Database& database_;
    objects::Store& store_;
    const std::string user_id_;
    ZipStream zip_;
    std::size_t table_ = 0;  ///< Of `personal_tables`.
    bool table_begun_ = false;
    std::string behind_;  ///< The last row's key, or the last clip's id.
    std::unique_ptr<objects::Reader> file_;
    std::uint64_t at_ = 0;  ///< In `file_`.
    bool finished_ = false;
};

}  // namespace reelshare::exports
