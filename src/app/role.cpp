#include "app/role.hpp"

#include "base/log.hpp"

namespace herald
{

namespace
{

// What run() has left behind ends by itself: each await has a deadline.
constexpr auto kLastTasks = seconds(60);

}  // namespace

Role::Role(std::string_view name)
    : name_(name),
      loop_(std::string(name)),
      stop_(loop_.executor()),
      scope_(loop_.executor()),
      main_(loop_.executor()),
      has_ended_(ended_.get_future().share())
{
}

Role::~Role() = default;

Result<void> Role::start(std::chrono::seconds patience)
{
    auto opened = opened_.get_future();
    started_ = true;
    loop_.start();
    loop_.post([this] { main_.spawn("role", live(), [this] { ended_.set_value(); }); });
    if (opened.wait_for(patience) != std::future_status::ready)
        return fail(ErrorKind::unavailable, std::string(name_) + " did not start in time");
    try
    {
        opened.get();
    }
    catch (const std::exception& failure)
    {
        return fail(ErrorKind::unavailable, std::string(name_) + ": " + failure.what());
    }
    return {};
}

Task<> Role::live()
{
    bool open_now = false;
    try
    {
        co_await open();
        open_now = true;
        opened_.set_value();
        co_await run(stop_.token());
    }
    catch (const std::exception& failure)
    {
        if (!open_now)
            opened_.set_exception(std::current_exception());
        else
            log::error("a role ended because of an exception", {{"role", name_}, {"reason", failure.what()}});
    }
    scope_.close();
    co_await scope_.join(deadline_in(kLastTasks));
}

void Role::request_stop()
{
    stop_requested_ = true;
    stop_.request_stop();
}

bool Role::wait_stopped(Deadline deadline)
{
    return !started_ || has_ended_.wait_until(deadline) == std::future_status::ready;
}

bool Role::failed() const
{
    return !stop_requested_ && has_ended_.wait_for(seconds(0)) == std::future_status::ready;
}

void Role::halt()
{
    if (started_)
    {
        request_stop();
        has_ended_.wait();
    }
    loop_.stop();
}

}  // namespace herald
