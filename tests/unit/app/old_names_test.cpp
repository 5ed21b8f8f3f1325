#include "app/old_names.hpp"

#include <gtest/gtest.h>

#include <map>

namespace reelshare::app {
namespace {

using Environment = std::map<std::string, std::string>;

Environment renamed(const Environment& given) {
    Environment result;
    const auto variable = [&](const char* name) {
        const auto found = given.find(name);
        return found == given.end() ? nullptr : found->second.c_str();
    };
    for (const Renamed& one : renamed_variables(variable)) result[one.name] = one.value;
    return result;
}

TEST(OldNames, AMinioIsAnS3Endpoint) {
    const Environment now = renamed(
        {{"MINIO_ENDPOINT", "minio"},
         {"MINIO_PORT", "9000"},
         {"MINIO_USE_SSL", "false"},
         {"MINIO_ACCESS_KEY", "key"},
         {"MINIO_SECRET_KEY", "secret"},
         {"MINIO_BUCKET_NAME", "reels"}}
    );
    const Environment wanted{
        {"AWS_ENDPOINT_URL", "http://minio:9000"},
        {"AWS_ACCESS_KEY_ID", "key"},
        {"AWS_SECRET_ACCESS_KEY", "secret"},
        {"S3_BUCKET", "reels"}
    };
    EXPECT_EQ(now, wanted);
}

TEST(OldNames, TheEndpointMayBeAUrlOrHaveItsPort) {
    EXPECT_EQ(
        renamed({{"MINIO_ENDPOINT", "https://s3.example"}}).at("AWS_ENDPOINT_URL"),
        "https://s3.example"
    );
    EXPECT_EQ(
        renamed({{"MINIO_ENDPOINT", "m:1"}, {"MINIO_PORT", "2"}}).at("AWS_ENDPOINT_URL"),
        "http://m:1"
    );
    EXPECT_EQ(
        renamed({{"MINIO_ENDPOINT", "m"}, {"MINIO_USE_SSL", "true"}}).at("AWS_ENDPOINT_URL"),
        "https://m"
    );
}

TEST(OldNames, ANewNameWinsAndTheSameNamesAreLeftAlone) {
    EXPECT_TRUE(renamed({{"S3_BUCKET", "mine"}, {"AWS_S3_BUCKET", "other"}}).empty());
    EXPECT_TRUE(
        renamed({{"DATABASE_URL", "x"}, {"REDIS_URL", "x"}, {"JWT_SECRET", "x"}, {"PORT", "1"}})
            .empty()
    );
    EXPECT_TRUE(renamed({{"MINIO_BUCKET", ""}}).empty());
}

}  // namespace
}  // namespace reelshare::app
