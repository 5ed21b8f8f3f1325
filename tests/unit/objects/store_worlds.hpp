#pragma once
// The stores that the suites of `Store` are held to: a folder, an S3 service in memory, and a real
// one where S3_TEST_ENDPOINT, S3_TEST_BUCKET, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY name it.

#include "base/id.hpp"
#include "base/metrics.hpp"
#include "objects/filesystem.hpp"
#include "objects/s3.hpp"
#include "objects/s3_stub.hpp"

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace reelshare::objects {

/// A store with what it lives on.
struct StoreWorld {
    virtual ~StoreWorld() = default;
    std::unique_ptr<Store> store;
};

struct Folder final : StoreWorld {
    Folder() : root(std::filesystem::temp_directory_path() / ("reelshare-store-" + new_id())) {
        store = std::move(*open_filesystem(root, executor));
    }
    ~Folder() override {
        store.reset();
        std::filesystem::remove_all(root);
    }
    std::filesystem::path root;
    BlockingExecutor executor{2, 100};
};

struct Memory final : StoreWorld {
    explicit Memory(const char* location) {
        S3Options options = *s3_location(location);
        options.endpoint = stub.endpoint();
        options.access_key = "key";
        options.secret_key = "secret";
        options.path_style = true;
        store = open_s3(options, metrics);
    }
    Metrics metrics;
    S3Stub stub;
};

struct Service final : StoreWorld {
    Service() {
        S3Options options = *s3_location(std::getenv("S3_TEST_BUCKET"));
        options.prefix = new_id() + "/";
        options.endpoint = std::getenv("S3_TEST_ENDPOINT");
        options.access_key = std::getenv("AWS_ACCESS_KEY_ID");
        options.secret_key = std::getenv("AWS_SECRET_ACCESS_KEY");
        options.path_style = true;
        store = open_s3(options, metrics);
    }
    Metrics metrics;
};

struct StoreKind {
    std::string name;
    std::function<std::unique_ptr<StoreWorld>()> make;
};

inline std::vector<StoreKind> store_kinds() {
    std::vector<StoreKind> all{
        {"Folder", [] { return std::make_unique<Folder>(); }},
        {"S3InMemory", [] { return std::make_unique<Memory>("bucket"); }},
        {"S3InMemoryBehindAPrefix", [] { return std::make_unique<Memory>("bucket/some/clips"); }},
    };
    if (std::getenv("S3_TEST_ENDPOINT"))
        all.push_back({"S3Service", [] { return std::make_unique<Service>(); }});
    return all;
}

}  // namespace reelshare::objects
