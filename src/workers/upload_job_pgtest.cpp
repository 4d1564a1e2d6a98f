#include "operations/upload_job.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/job_world.hpp"

namespace herald
{
namespace
{

using ::testing::Contains;
using ::testing::HasSubstr;
using testing::in_job_world;
using testing::JobWorld;
using testing::OwnFiles;
using ::testing::Pair;
using testing::soon;

const AcceptOptions kOptions;

JobWish wish_of(const JobWorld& world)
{
    JobWish wish;
    wish.id = JobId{make_uuid_v7(world.at.clock.now())};
    wish.service_id = world.service.service.id;
    wish.template_id = world.service.sms;
    wish.file_name = "Straße.csv";
    return wish;
}

Task<Result<UploadedJob>> upload(JobWorld& world, JobWish wish, std::string bytes)
{
    ListInMemory list(std::move(bytes));
    const UploadContext context{world.context(), kOptions, world.pool};
    co_return co_await upload_job(context, std::move(wish), list);
}

Task<bool> has_object(JobWorld& world, const JobWish& wish)
{
    const auto key = job_object_key(wish.service_id, wish.id);
    co_return (co_await world.objects.inspect(key, soon())).has_value();
}

TEST(UploadJob, GoodRowsAreSentAndBadOnesKept)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            const auto wish = wish_of(world);
            const auto uploaded =
                co_await upload(world, wish, "Phone Number;name\r\n+12028675309;Ann\r\n12;Bob\r\n+12028675310;Cy\r\n");
            if (!uploaded) throw std::logic_error(uploaded.error().message);
            EXPECT_EQ(uploaded->survey.rows, 3);
            EXPECT_EQ(uploaded->survey.bad_rows, 1);
            const auto info = co_await world.objects.inspect(job_object_key(wish.service_id, wish.id), soon());
            if (!info) throw std::logic_error("there is no object");
            EXPECT_THAT(info->metadata, Contains(Pair("original_file_name", "Stra%C3%9Fe.csv")));
            EXPECT_THAT(info->metadata, Contains(Pair("notification_count", "3")));
            EXPECT_THAT(info->metadata, Contains(Pair("valid", "True")));
            co_await world.work();
            const auto report = co_await world.show(uploaded->job);
            EXPECT_EQ(report.job.status, JobStatus::finished);
            EXPECT_EQ(report.job.original_file_name, "Straße.csv");
            EXPECT_EQ(report.job.rows_written, 2);
            EXPECT_EQ(report.job.rows_refused, 1);
        });
}

TEST(UploadJob, AWrongListUploadsNothingAndSaysWhatIsWrong)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            const auto wish = wish_of(world);
            const auto refused = co_await upload(world, wish, "phone number,first name\r\n+12028675309,Ann\r\n");
            EXPECT_FALSE(refused);
            EXPECT_EQ(refused.error().kind, ErrorKind::bad_request);
            EXPECT_THAT(refused.error().message, HasSubstr("name"));
            EXPECT_THAT(refused.error().more, Contains(HasSubstr("phone number, first name")));
            EXPECT_FALSE(co_await has_object(world, wish));
            EXPECT_EQ(co_await world.number("SELECT count(*) FROM jobs"), 0);
        });
}

TEST(UploadJob, TooManyRowsAreRefused)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            auto wish = wish_of(world);
            wish.max_rows = 3;
            EXPECT_TRUE(co_await upload(world, wish, JobWorld::rows(3)));
            wish.id = JobId{make_uuid_v4()};
            const auto refused = co_await upload(world, wish, JobWorld::rows(4));
            EXPECT_FALSE(refused);
            EXPECT_FALSE(co_await has_object(world, wish));
        });
}

TEST(UploadJob, WhatCannotBeSentIsRefusedBeforeItIsRead)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            auto late = wish_of(world);
            late.scheduled_for = world.at.clock.now() - seconds(1);
            EXPECT_EQ((co_await upload(world, late, JobWorld::rows(1))).error().message, "Date cannot be in the past");
            auto from_nobody = wish_of(world);
            from_nobody.sender_id = make_uuid_v4();
            EXPECT_THAT((co_await upload(world, from_nobody, JobWorld::rows(1))).error().message,
                        HasSubstr("sms_sender_id"));
            auto of_nothing = wish_of(world);
            of_nothing.template_id = TemplateId{make_uuid_v4()};
            EXPECT_EQ((co_await upload(world, of_nothing, JobWorld::rows(1))).error().kind, ErrorKind::not_found);
            co_await world.run_sql("UPDATE services SET active = false");
            EXPECT_EQ((co_await upload(world, wish_of(world), JobWorld::rows(1))).error().kind, ErrorKind::forbidden);
            EXPECT_TRUE((co_await world.objects.list("service-", "", 10, soon())).objects.empty());
        });
}

// Archives the template once the list has been looked through.
class ArchivingList final : public ListSource
{
public:
    explicit ArchivingList(JobWorld& world) : world_(world), list_(JobWorld::rows(2)) {}
    Task<Result<void>> rewind() override
    {
        if (++passes_ == 2) co_await world_.run_sql("UPDATE templates SET archived = true");
        co_return co_await list_.rewind();
    }
    Task<std::string> read() override { return list_.read(); }

private:
    JobWorld& world_;
    ListInMemory list_;
    int passes_ = 0;
};

TEST(UploadJob, AJobThatCannotBeAddedLeavesNoObject)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            const auto wish = wish_of(world);
            ArchivingList list(world);
            const UploadContext context{world.context(), kOptions, world.pool};
            const auto refused = co_await upload_job(context, wish, list);
            EXPECT_FALSE(refused);
            EXPECT_EQ(refused.error().message, "Template has been deleted");
            EXPECT_FALSE(co_await has_object(world, wish));
        });
}

TEST(UploadJob, ARateHoldsFromTheFirstMessageOn)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            auto wish = wish_of(world);
            wish.rows_per_second = 1;
            const auto uploaded = co_await upload(world, wish, JobWorld::rows(6));
            EXPECT_TRUE(uploaded);
            co_await world.work();
            EXPECT_EQ((co_await world.show(uploaded->job)).job.rows_written, 6);
            EXPECT_TRUE((co_await world.claim_deliveries()).empty());
        });
}

TEST(UploadJob, AFileIsReadInPiecesAsOftenAsNeeded)
{
    in_job_world(
        [](JobWorld& world) -> Task<>
        {
            const OwnFiles folder;
            std::filesystem::create_directories(folder.path());
            const auto path = folder.path() / "list.csv";
            const std::string bytes(1'000'000, 'x');
            std::ofstream(path, std::ios::binary) << bytes;
            ListInFile list(path, world.pool);
            for (int pass = 0; pass < 2; ++pass)
            {
                EXPECT_TRUE(co_await list.rewind());
                std::string read;
                for (auto piece = co_await list.read(); !piece.empty(); piece = co_await list.read()) read += piece;
                EXPECT_EQ(read, bytes);
            }
            ListInFile absent(folder.path() / "absent.csv", world.pool);
            EXPECT_EQ((co_await absent.rewind()).error().kind, ErrorKind::not_found);
            ListInFile directory(folder.path(), world.pool);
            EXPECT_FALSE(co_await directory.rewind());
        });
}

}  // namespace
}  // namespace herald
