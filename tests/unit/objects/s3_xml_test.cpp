#include "objects/s3_xml.hpp"

#include <gtest/gtest.h>

namespace reelshare::objects {
namespace {

TEST(S3Xml, ReadsAPage) {
    const auto page = read_s3_page(
        R"(<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><IsTruncated>true</IsTruncated>
<Contents><Key>p/a</Key><LastModified>2009-10-12T17:50:30.000Z</LastModified><Size>434234</Size></Contents>
<Contents><Key>other</Key><Size>1</Size></Contents></ListBucketResult>)",
        "p/"
    );
    ASSERT_TRUE(page);
    ASSERT_EQ(page->objects.size(), 1U);
    EXPECT_EQ(page->objects[0].key, "a");
    EXPECT_EQ(page->objects[0].size, 434234U);
    EXPECT_EQ(page->objects[0].modified, 1'255'369'830'000);
    EXPECT_TRUE(page->more);
}

TEST(S3Xml, WhatIsSomethingElseIsAnError) {
    for (const char* text :
         {"", "<", "<html></html>", "<Error><Code>SlowDown</Code></Error>", "{\"a\":1}",
          "<ListBucketResult>", "\xff\xfe"})
        EXPECT_FALSE(read_s3_page(text, "")) << text;
    EXPECT_FALSE(read_upload_id("<InitiateMultipartUploadResult/>"));
}

TEST(S3Xml, FollowsNoEntity) {
    const char* bomb =
        R"(<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>
<InitiateMultipartUploadResult><UploadId>&a;&b;</UploadId></InitiateMultipartUploadResult>)";
    const auto id = read_upload_id(bomb);
    EXPECT_TRUE(!id || *id == "&a;&b;");
}

TEST(S3Xml, NamesTheErrorOfADocument) {
    EXPECT_EQ(s3_error_code("<Error><Code>NoSuchKey</Code></Error>"), "NoSuchKey");
    EXPECT_EQ(s3_error_code("<CompleteMultipartUploadResult/>"), "");
    EXPECT_EQ(s3_error_code("no xml"), "");
}

TEST(S3Xml, AKeyThatIsNotThereIsRemoved) {
    EXPECT_EQ(*read_not_removed("<DeleteResult/>"), "");
    EXPECT_EQ(
        *read_not_removed(
            "<DeleteResult><Error><Key>a</Key><Code>NoSuchKey</Code></Error></DeleteResult>"
        ),
        ""
    );
    EXPECT_EQ(
        *read_not_removed(
            "<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code></Error></DeleteResult>"
        ),
        "a: AccessDenied"
    );
}

TEST(S3Xml, WritesWhatItSends) {
    EXPECT_EQ(
        write_complete({"\"e1\"", "\"e2\""}),
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"e1\"</ETag></Part><Part>"
        "<PartNumber>2</PartNumber><ETag>\"e2\"</ETag></Part></CompleteMultipartUpload>"
    );
    EXPECT_EQ(
        write_remove({"a", "p/b"}),
        "<Delete><Quiet>true</Quiet><Object><Key>a</Key></Object><Object><Key>p/b</Key></Object>"
        "</Delete>"
    );
}

}  // namespace
}  // namespace reelshare::objects
