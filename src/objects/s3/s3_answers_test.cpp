#include "objects/s3/s3_answers.hpp"

#include <gtest/gtest.h>

namespace herald
{
namespace
{

// As AWS documents them: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html and the pages beside.
constexpr std::string_view kList = R"(<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <Name>bucket</Name>
  <Prefix/>
  <KeyCount>205</KeyCount>
  <MaxKeys>1000</MaxKeys>
  <IsTruncated>%</IsTruncated>
  <Contents>
    <Key>a &amp; b+c&#x142;.csv</Key>
    <LastModified>2009-10-12T17:50:30.000Z</LastModified>
    <ETag>"fba9dede5f27731c9771645a39863328"</ETag>
    <Size>434234</Size>
    <StorageClass>STANDARD</StorageClass>
  </Contents>
  <Contents>
    <Key> </Key>
    <LastModified>2009-10-12T17:50:31.000Z</LastModified>
    <Size>0</Size>
  </Contents>
  <Contents>
    <Key>folder/</Key>
    <LastModified>2009-10-12T17:50:31.000Z</LastModified>
    <Size>0</Size>
  </Contents>
</ListBucketResult>)";

std::string list(std::string_view truncated)
{
    std::string text(kList);
    return text.replace(text.find('%'), 1, truncated);
}

HttpResponse response(int status, std::string body, HttpHeaders more)
{
    HttpResponse out;
    out.status = status;
    out.body = std::move(body);
    out.headers = {{"etag", "\"abc\""}, {"last-modified", "Wed, 12 Oct 2009 17:50:00 GMT"}};
    for (auto& header : more) out.headers.push_back(std::move(header));
    return out;
}

}  // namespace

TEST(S3Answers, name_the_objects_of_a_page)
{
    const auto page = read_s3_list(list("false"));
    ASSERT_TRUE(page);
    ASSERT_EQ(page->objects.size(), 2U);
    EXPECT_EQ(page->objects[0].key, "a & b+cł.csv");
    EXPECT_EQ(page->objects[0].size, 434234U);
    EXPECT_EQ(format_v2(page->objects[0].modified_at), "2009-10-12T17:50:30.000000Z");
    EXPECT_EQ(page->objects[1].key, " ");
    EXPECT_EQ(page->next, "");
}

TEST(S3Answers, tell_where_the_next_page_begins_even_behind_what_is_no_object_of_ours)
{
    const auto page = read_s3_list(list("true"));
    ASSERT_TRUE(page);
    EXPECT_EQ(page->next, "folder/");
}

TEST(S3Answers, that_are_no_list_are_none)
{
    EXPECT_FALSE(read_s3_list(""));
    EXPECT_FALSE(read_s3_list("not XML"));
    EXPECT_FALSE(read_s3_list("<ListBucketResult><Contents>"));
    EXPECT_FALSE(read_s3_list("<Other/>"));
    EXPECT_FALSE(read_s3_list("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"));
    EXPECT_FALSE(
        read_s3_list("<ListBucketResult><Contents><Key>a</Key><Size>-1</Size>"
                     "<LastModified>2009-10-12T17:50:30.000Z</LastModified></Contents></ListBucketResult>"));
    EXPECT_TRUE(read_s3_list("<ListBucketResult/>"));
}

TEST(S3Answers, expand_no_entities)
{
    const auto page = read_s3_list(R"(<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>
<ListBucketResult><Contents><Key>&a;&b;</Key><Size>1</Size><LastModified>2009-10-12T17:50:30Z</LastModified></Contents>
</ListBucketResult>)");
    ASSERT_TRUE(page);
    ASSERT_EQ(page->objects.size(), 1U);
    EXPECT_EQ(page->objects[0].key, "&a;&b;");
}

TEST(S3Answers, of_any_depth_are_read)
{
    std::string deep;
    for (int i = 0; i < 300'000; ++i) deep += "<a>";
    EXPECT_FALSE(read_s3_list(deep));
    EXPECT_EQ(read_s3_error(deep), "");
}

TEST(S3Answers, have_codes_that_may_be_logged)
{
    EXPECT_EQ(read_s3_error("<Error><Code>NoSuchKey</Code><Message>m</Message><Key>k</Key></Error>"), "NoSuchKey");
    EXPECT_EQ(read_s3_error("<Error><Code>private person</Code></Error>"), "");
    EXPECT_EQ(read_s3_error("<Error><Code>" + std::string(65, 'a') + "</Code></Error>"), "");
    EXPECT_EQ(read_s3_error(""), "");
}

TEST(S3Answers, of_uploads)
{
    EXPECT_EQ(read_s3_upload_id("<InitiateMultipartUploadResult><UploadId>VXBsb2Fk.~_-</UploadId>"
                                "</InitiateMultipartUploadResult>"),
              "VXBsb2Fk.~_-");
    EXPECT_FALSE(
        read_s3_upload_id("<InitiateMultipartUploadResult><UploadId>a b</UploadId>"
                          "</InitiateMultipartUploadResult>"));
    EXPECT_FALSE(read_s3_upload_id("<InitiateMultipartUploadResult/>"));
    EXPECT_TRUE(
        is_s3_upload_completed("<CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>"));
    EXPECT_FALSE(is_s3_upload_completed("<Error><Code>InternalError</Code></Error>"));
}

TEST(S3Answers, of_a_range_tell_all_about_the_object)
{
    const auto object = read_s3_part(
        response(206, "abc", {{"content-range", "bytes 5-7/100"}, {"x-amz-meta-valid", "True"}, {"x-amz-other", "x"}}),
        5);
    ASSERT_TRUE(object);
    EXPECT_EQ(object->info.size, 100U);
    EXPECT_EQ(object->etag, "\"abc\"");
    EXPECT_EQ(format_v2(object->info.modified_at), "2009-10-12T17:50:00.000000Z");
    EXPECT_EQ(object->info.metadata, (ObjectMetadata{{"valid", "True"}}));
}

TEST(S3Answers, of_a_range_that_is_another_one_are_refused)
{
    for (const auto* range : {"bytes 4-6/100", "bytes 5-8/100", "bytes 5-6/100", "bytes 5-7/7", "bytes 5-7/*",
                              "5-7/100", "bytes 7-5/100", "bytes -/", "bytes 5/7-100", ""})
        EXPECT_FALSE(read_s3_part(response(206, "abc", {{"content-range", range}}), 5)) << range;
    EXPECT_FALSE(read_s3_part(response(206, "abc", {}), 5));
    EXPECT_FALSE(read_s3_part(response(200, "abc", {}), 5));
    EXPECT_TRUE(read_s3_part(response(200, "abc", {}), 0));
}

TEST(S3Answers, without_a_version_or_a_time_are_refused)
{
    HttpResponse bare;
    bare.status = 200;
    EXPECT_FALSE(read_s3_part(bare, 0));
    bare.headers = {{"etag", "<x>"}, {"last-modified", "Wed, 12 Oct 2009 17:50:00 GMT"}};
    EXPECT_FALSE(read_s3_part(bare, 0));
    bare.headers = {{"etag", "x"}, {"last-modified", "yesterday"}};
    EXPECT_FALSE(read_s3_part(bare, 0));
    EXPECT_FALSE(read_s3_head(response(200, "", {{"content-length", "many"}})));
    EXPECT_EQ(read_s3_head(response(200, "", {{"content-length", "12"}}))->info.size, 12U);
}

}  // namespace herald
