// reelshare backup and restore: the command line of backup.hpp.

#include "app/backup.hpp"
#include "app/commands.hpp"
#include "app/foundation.hpp"

#include <cstdio>

namespace reelshare::app {

namespace {

Result<void> check_embedded(const Config& config) {
    if (config.database_url.empty() && config.s3_bucket.empty()) return {};
    return fail(
        Errc::invalid,
        "This is for the embedded installation. PostgreSQL is saved by pg_dump, a bucket by its "
        "versions: see "
        "docs/operations.md."
    );
}

int tell(const char* what, const Result<BackupFigures>& done, const std::filesystem::path& where) {
    if (!done) return refuse(done.error());
    std::printf(
        "%s %s: %llu objects, %.1f MiB, and the database.\n", what, where.c_str(),
        static_cast<unsigned long long>(done->objects), static_cast<double>(done->bytes) / (1 << 20)
    );
    return 0;
}

}  // namespace

int backup(const Config& config, const std::filesystem::path& to) {
    if (auto embedded = check_embedded(config); !embedded) return refuse(embedded.error());
    return tell("Made", make_backup(config.data_dir, to), to);
}

int restore(const Config& config, const std::filesystem::path& from) {
    if (auto embedded = check_embedded(config); !embedded) return refuse(embedded.error());
    return tell("Restored", restore_backup(from, config.data_dir), config.data_dir);
}

}  // namespace reelshare::app
