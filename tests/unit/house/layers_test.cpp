// Holds the includes of src/ to the table of which folder may use which: every arrow points down.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

namespace reelshare {
namespace {

namespace fs = std::filesystem;

const std::map<std::string, std::set<std::string>> kMayUse = {
    {"base", {}},
    {"media", {"base"}},
    {"db", {"base"}},
    {"objects", {"base"}},
    {"http", {"base"}},
    {"cache", {"base"}},
    {"redis", {"base", "cache"}},
    {"limits", {"base", "http", "redis"}},
    {"idempotency", {"base", "db", "http", "cache"}},
    {"outbound", {"base"}},
    {"moving", {"base", "db", "objects"}},
    {"webhooks", {"base", "db", "outbound"}},
    {"audit", {"base", "db"}},
    {"words", {"base", "db", "cache"}},
    {"accounts", {"base", "db", "http", "cache", "outbound", "redis"}},
    {"notifications", {"base", "db", "http", "cache", "accounts"}},
    {"delivery", {"base", "objects", "http", "cache", "media"}},
    {"videos",
     {"base", "webhooks", "db", "objects", "media", "http", "cache", "accounts", "delivery",
      "notifications", "audit", "words"}},
    {"comments",
     {"base", "webhooks", "db", "http", "cache", "accounts", "videos", "notifications", "audit",
      "words"}},
    {"moderation",
     {"base", "db", "http", "cache", "accounts", "videos", "comments", "audit", "words"}},
    {"follows", {"base", "db", "http", "cache", "accounts", "videos", "notifications"}},
    {"search", {"base", "db", "http", "cache", "accounts", "videos"}},
    {"profiles",
     {"base", "db", "objects", "media", "http", "cache", "accounts", "delivery", "videos",
      "processing"}},
    {"statistics", {"base", "db", "http", "accounts", "delivery", "videos"}},
    {"processing", {"base", "webhooks", "db", "objects", "media", "cache", "videos"}},
    {"uploads",
     {"base", "db", "objects", "http", "cache", "accounts", "videos", "processing", "words"}},
    {"importing", {"base", "db", "objects", "outbound", "accounts", "videos", "comments", "uploads"}
    },
    {"exports", {"base", "db", "objects", "http", "accounts", "delivery", "uploads"}},
    {"app", {"base",       "media",         "db",       "objects",    "http",       "cache",
             "accounts",   "delivery",      "videos",   "processing", "uploads",    "redis",
             "limits",     "idempotency",   "webhooks", "outbound",   "comments",   "follows",
             "statistics", "notifications", "profiles", "words",      "moderation", "search",
             "moving",     "exports",       "importing"}},
};

/// Libraries that one folder alone may include.
const std::map<std::string, std::string> kOwners = {
    {"boost/beast", "http"},
    {"sqlite3.h", "db"},
    {"libpq-fe.h", "db"},
    {"libav", "media"},
    {"libsw", "media"},
    {"hiredis", "redis"},
    {"curl/", "objects outbound"},
    {"pugixml", "objects"},
    {"jwt.h", "accounts"},
    {"brotli/", "base"},
    {"zlib.h", "base"},
    {"utf8proc", "words"},
    {"CLI/", "app media"},
};

template <class F>
void for_each_include(F visit) {
    const fs::path source = fs::path(REELSHARE_SOURCE_DIR) / "src";
    const std::regex include(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
    for (const auto& entry : fs::recursive_directory_iterator(source)) {
        const std::string extension = entry.path().extension().string();
        if (extension != ".cpp" && extension != ".hpp") continue;
        const fs::path relative = fs::relative(entry.path(), source);
        if (std::distance(relative.begin(), relative.end()) < 2) continue;  // main.cpp
        std::ifstream file(entry.path());
        for (std::string line; std::getline(file, line);) {
            std::smatch match;
            if (!std::regex_search(line, match, include)) continue;
            visit(relative.begin()->string(), relative.string(), match[1] == "\"", match[2].str());
        }
    }
}

TEST(House, FoldersIncludeOnlyWhatIsBelowThem) {
    for_each_include([](const std::string& folder, const std::string& file, bool own,
                        const std::string& path) {
        if (!own) return;
        ASSERT_TRUE(kMayUse.contains(folder)) << folder << " is not in the table";
        const std::string used = path.substr(0, path.find('/'));
        EXPECT_NE(used, path) << file << ": write \"" << path << "\" with its folder";
        if (used == folder) return;
        EXPECT_TRUE(kMayUse.at(folder).contains(used)) << file << " may not include " << path;
    });
}

TEST(House, LibrariesStayInTheirRooms) {
    for_each_include([](const std::string& folder, const std::string& file, bool own,
                        const std::string& path) {
        if (own) return;
        for (const auto& [library, owners] : kOwners) {
            if (!path.starts_with(library)) continue;
            EXPECT_NE(owners.find(folder), std::string::npos)
                << file << " may not include " << path;
        }
    });
}

}  // namespace
}  // namespace reelshare
