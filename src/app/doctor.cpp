// reelshare doctor: what is wrong with this installation, and how to mend it.

#include "app/commands.hpp"
#include "app/doctor_services.hpp"
#include "app/findings.hpp"

#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <string>

namespace reelshare::app {

namespace {

namespace fs = std::filesystem;

void check_folder(const Config& config, Findings& findings) {
    std::error_code ec;
    fs::create_directories(config.data_dir, ec);
    const fs::path probe = config.data_dir / ".doctor";
    const bool writable = static_cast<bool>(std::ofstream(probe) << "x");
    fs::remove(probe, ec);
    if (!writable) {
        findings.bad(
            "the data folder " + config.data_dir.string() + " cannot be written to",
            "Give this user the right to write there, or set DATA_DIR."
        );
        return;
    }
    findings.good("data folder " + fs::absolute(config.data_dir).string());
    struct statvfs info{};
    if (::statvfs(config.data_dir.c_str(), &info) != 0) return;
    const double free_gib =
        static_cast<double>(info.f_bavail) * static_cast<double>(info.f_frsize) / (1 << 30);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.1f GiB free", free_gib);
    if (free_gib < 2)
        findings.warn(
            text.data(), "Uploads are refused below 256 MiB: make room or move DATA_DIR."
        );
    else
        findings.good(text.data());
}

void check_secret(const Config& config, Findings& findings) {
    const fs::path file = config.data_dir / "secrets" / "jwt";
    std::error_code ec;
    const auto mode = fs::status(file, ec).permissions();
    const auto others = fs::perms::group_all | fs::perms::others_all;
    if (!config.jwt_secret.empty())
        findings.good("JWT_SECRET is given");
    else if (!config.database_url.empty())
        findings.good("no JWT_SECRET: all nodes sign with the secret that the database keeps");
    else if (!fs::exists(file, ec))
        findings.good("no signing secret yet: one is made at the first start");
    else if ((mode & others) != fs::perms::none)
        findings.bad(file.string() + " can be read by others", "chmod 600 " + file.string());
    else
        findings.good("signing secret is private");
}

/// What `reelshare-media --check` says: one line per finding, "ok …", "warn … | mend", "bad … |
/// mend".
void check_media(const Config& config, Findings& findings) {
    const fs::path program = config.media_program_path();
    if (::access(program.c_str(), X_OK) != 0) {
        findings.bad(
            "the media program " + program.string() + " is not there",
            "Install reelshare-media beside reelshare, or set MEDIA_PROGRAM."
        );
        return;
    }
    const std::string command = "'" + program.string() + "' --check 2>&1";
    FILE* pipe = ::popen(command.c_str(), "r");
    if (!pipe) return;
    std::array<char, 512> line{};
    while (std::fgets(line.data(), line.size(), pipe)) {
        std::string text(line.data());
        while (text.ends_with('\n')) text.pop_back();
        const auto bar = text.find(" | ");
        const std::string mend = bar == std::string::npos ? "" : text.substr(bar + 3);
        const std::string what = text.substr(0, bar);
        if (what.starts_with("ok "))
            findings.good(what.substr(3));
        else if (what.starts_with("warn "))
            findings.warn(what.substr(5), mend);
        else
            findings.bad(what.starts_with("bad ") ? what.substr(4) : what, mend);
    }
    const int status = ::pclose(pipe);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        findings.bad(
            "the media program does not start", "Run " + program.string() + " --check to see why."
        );
}

}  // namespace

int doctor(const Config& config) {
    std::printf("ReelShare doctor\n");
    Findings findings;
    check_folder(config, findings);
    check_secret(config, findings);
    check_media(config, findings);
    check_services(config, findings);
    std::printf(
        findings.count() ? "%d finding(s) need mending.\n" : "All is well.\n", findings.count()
    );
    return findings.count() ? 1 : 0;
}

}  // namespace reelshare::app
