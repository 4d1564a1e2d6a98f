#include "runtime/curl_driver.hpp"

#include <array>
#include <csignal>
#include <mutex>
#include <new>
#include <stdexcept>
#include <unordered_map>

#include <fmt/format.h>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "base/log.hpp"
#include "runtime/notifier.hpp"

namespace herald
{

namespace
{

void initialise_curl()
{
    static std::once_flag once;
    std::call_once(once,
                   []
                   {
                       std::signal(SIGPIPE, SIG_IGN);
                       if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
                           throw std::runtime_error("libcurl cannot start");
                   });
}

// The words for the log. curl's own detail is used only for failures below the protocol, where it names at most the
// host; elsewhere it may quote what was sent or received.
std::string describe(CURLcode code, const char* detail)
{
    if (code == CURLE_OK) return {};
    const std::string text = curl_easy_strerror(code);
    switch (code)
    {
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_CONNECT:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR:
            return *detail == '\0' ? text : fmt::format("{} ({})", text, detail);
        default:
            return text;
    }
}

}  // namespace

EasyHandle::EasyHandle()
{
    initialise_curl();
    handle_.reset(curl_easy_init());
    if (!handle_) throw std::bad_alloc();
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROXY, "");  // not the environment's
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    // A transfer given up while its name is being resolved would otherwise hold the loop until the resolver's thread
    // has ended.
    set(CURLOPT_QUICK_EXIT, 1L);
}

void EasyHandle::check(CURLoption option, CURLcode code)
{
    if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
    if (code == CURLE_OK) return;
    const curl_easyoption* known = curl_easy_option_by_id(option);
    throw std::invalid_argument(
        fmt::format("libcurl refuses {}: {}", known == nullptr ? "an option" : known->name, curl_easy_strerror(code)));
}

void EasyHandle::set(CURLoption option, long value)
{
    check(option, curl_easy_setopt(handle_.get(), option, value));
}

void EasyHandle::set(CURLoption option, const std::string& text)
{
    set(option, text.c_str());
}

void EasyHandle::set(CURLoption option, const char* text)
{
    check(option, curl_easy_setopt(handle_.get(), option, text));
}

void EasyHandle::set_list(CURLoption option, const std::vector<std::string>& items)
{
    std::unique_ptr<curl_slist, Cleanup> list;
    for (const std::string& item : items)
    {
        curl_slist* longer = curl_slist_append(list.get(), item.c_str());
        if (longer == nullptr) throw std::bad_alloc();
        [[maybe_unused]] const auto* same = list.release();
        list.reset(longer);
    }
    check(option, curl_easy_setopt(handle_.get(), option, list.get()));
    lists_.push_back(std::move(list));
}

namespace
{

// In the frame of its perform().
struct Transfer
{
    bool has_ended = false;
    CURLcode code = CURLE_OK;
    Notifier ended;
};

// Tells what happens on one socket of curl's. curl owns the socket; Asio only borrows it.
class Watch : public std::enable_shared_from_this<Watch>
{
public:
    using Act = std::function<void(curl_socket_t socket, int events)>;

    Watch(const asio::any_io_executor& executor, curl_socket_t socket, Act act)
        : descriptor_(executor), socket_(socket), act_(std::move(act))
    {
        descriptor_.assign(socket);
    }
    ~Watch() { close(); }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    void want(int what)
    {
        input_.wanted = what == CURL_POLL_IN || what == CURL_POLL_INOUT;
        output_.wanted = what == CURL_POLL_OUT || what == CURL_POLL_INOUT;
        arm(input_);
        arm(output_);
    }

    // curl is about to close the socket, or to keep it idle.
    void close()
    {
        if (!descriptor_.is_open()) return;
        act_ = nullptr;
        descriptor_.release();
    }

private:
    struct Direction
    {
        asio::posix::descriptor_base::wait_type type;
        int event;
        bool wanted = false;
        bool waiting = false;
    };

    void arm(Direction& direction)
    {
        if (!direction.wanted || direction.waiting || !descriptor_.is_open()) return;
        direction.waiting = true;
        descriptor_.async_wait(direction.type,
                               [self = shared_from_this(), &direction](const boost::system::error_code& error)
                               { self->is_ready(direction, error); });
    }

    void is_ready(Direction& direction, const boost::system::error_code& error)
    {
        direction.waiting = false;
        if (!act_) return;
        // A copy: what curl does now may close this watch.
        const Act act = act_;
        if (error || direction.wanted) act(socket_, error ? CURL_CSELECT_ERR : direction.event);
        arm(direction);
    }

    asio::posix::stream_descriptor descriptor_;
    curl_socket_t socket_;
    Act act_;  // empty once closed
    Direction input_{asio::posix::descriptor_base::wait_read, CURL_CSELECT_IN};
    Direction output_{asio::posix::descriptor_base::wait_write, CURL_CSELECT_OUT};
};

}  // namespace

struct CurlDriver::Impl : std::enable_shared_from_this<Impl>
{
    Impl(const asio::any_io_executor& on, const CurlDriverOptions& options);
    ~Impl() { shut_down(); }

    void add(CURL* easy, Transfer& transfer);
    void remove(CURL* easy);
    void shut_down();

    // curl tells which sockets and which time it waits for ...
    static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* of_socket) noexcept;
    static int on_timer(CURLM* multi, long timeout_ms, void* self) noexcept;
    void watch(curl_socket_t socket, int what);
    // ... and is told when they are ready.
    void act(curl_socket_t socket, int events);
    void collect_ended();

    asio::any_io_executor executor;
    asio::steady_timer timer;
    CURLM* multi;  // null after shut_down()
    std::unordered_map<CURL*, Transfer*> transfers;
    std::unordered_map<curl_socket_t, std::shared_ptr<Watch>> watches;
};

CurlDriver::Impl::Impl(const asio::any_io_executor& on, const CurlDriverOptions& options)
    : executor(on), timer(on), multi(curl_multi_init())
{
    if (multi == nullptr) throw std::bad_alloc();
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &Impl::on_socket);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &Impl::on_timer);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, options.max_connections_per_host);
    curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, options.max_connections);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, options.max_idle_connections);
}

void CurlDriver::Impl::add(CURL* easy, Transfer& transfer)
{
    const CURLMcode code = multi == nullptr ? CURLM_BAD_HANDLE : curl_multi_add_handle(multi, easy);
    if (code != CURLM_OK) throw std::logic_error(fmt::format("curl_multi_add_handle: {}", curl_multi_strerror(code)));
    transfers.emplace(easy, &transfer);
}

void CurlDriver::Impl::remove(CURL* easy)
{
    if (transfers.erase(easy) > 0) curl_multi_remove_handle(multi, easy);
}

void CurlDriver::Impl::shut_down()
{
    if (multi == nullptr) return;
    while (!transfers.empty())
    {
        const auto [easy, transfer] = *transfers.begin();
        remove(easy);
        transfer->has_ended = true;
        transfer->code = CURLE_ABORTED_BY_CALLBACK;
        transfer->ended.notify_all();
    }
    curl_multi_cleanup(multi);
    multi = nullptr;
    timer.cancel();
    watches.clear();
}

int CurlDriver::Impl::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) noexcept
{
    try
    {
        static_cast<Impl*>(self)->watch(socket, what);
    }
    catch (const std::exception& error)
    {
        // The transfer is not watched and ends at its deadline; an error returned here would end every transfer for
        // good.
        log::error("a socket cannot be watched", {{"error", error.what()}});
    }
    return 0;
}

void CurlDriver::Impl::watch(curl_socket_t socket, int what)
{
    const auto found = watches.find(socket);
    if (what == CURL_POLL_REMOVE)
    {
        if (found == watches.end()) return;
        found->second->close();
        watches.erase(found);
        return;
    }
    if (found != watches.end()) return found->second->want(what);
    Watch::Act act = [weak = weak_from_this()](curl_socket_t ready, int events)
    {
        if (const auto self = weak.lock()) self->act(ready, events);
    };
    const auto made = std::make_shared<Watch>(executor, socket, std::move(act));
    watches.emplace(socket, made);
    made->want(what);
}

int CurlDriver::Impl::on_timer(CURLM*, long timeout_ms, void* self) noexcept
{
    auto* impl = static_cast<Impl*>(self);
    if (timeout_ms < 0)
    {
        impl->timer.cancel();
        return 0;
    }
    // Never from inside this call, even when the time is zero: curl does not want to be called back from its callbacks.
    impl->timer.expires_after(milliseconds(timeout_ms));
    impl->timer.async_wait(
        [weak = impl->weak_from_this()](const boost::system::error_code& error)
        {
            const auto alive = weak.lock();
            if (alive && !error) alive->act(CURL_SOCKET_TIMEOUT, 0);
        });
    return 0;
}

void CurlDriver::Impl::act(curl_socket_t socket, int events)
{
    if (multi == nullptr) return;
    int running = 0;
    const CURLMcode code = curl_multi_socket_action(multi, socket, events, &running);
    if (code != CURLM_OK) log::error("libcurl failed", {{"error", curl_multi_strerror(code)}});
    collect_ended();
}

void CurlDriver::Impl::collect_ended()
{
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left))
    {
        if (message->msg != CURLMSG_DONE) continue;
        CURL* easy = message->easy_handle;
        const CURLcode code = message->data.result;  // the message is gone once the handle is removed
        const auto found = transfers.find(easy);
        if (found == transfers.end()) continue;
        Transfer* transfer = found->second;
        remove(easy);
        transfer->code = code;
        transfer->has_ended = true;
        transfer->ended.notify_all();
    }
}

CurlDriver::CurlDriver(asio::any_io_executor executor, CurlDriverOptions options)
{
    initialise_curl();
    impl_ = std::make_shared<Impl>(executor, options);
}

CurlDriver::~CurlDriver()
{
    impl_->shut_down();
}

std::size_t CurlDriver::under_way() const
{
    return impl_->transfers.size();
}

Task<CurlResult> CurlDriver::perform(EasyHandle& easy, Deadline deadline)
{
    return perform_on(impl_, easy, deadline);
}

Task<CurlResult> CurlDriver::perform_on(std::shared_ptr<Impl> impl, EasyHandle& easy, Deadline deadline)
{
    CurlResult result;
    if (std::chrono::steady_clock::now() >= deadline)
    {
        result.code = CURLE_OPERATION_TIMEDOUT;
        result.error = curl_easy_strerror(result.code);
        co_return result;
    }
    std::array<char, CURL_ERROR_SIZE> detail{};
    Transfer transfer;
    // Also when this frame is destroyed while it waits.
    const auto leave = [&impl](EasyHandle* handle)
    {
        impl->remove(handle->get());
        curl_easy_setopt(handle->get(), CURLOPT_ERRORBUFFER, nullptr);
    };
    const std::unique_ptr<EasyHandle, decltype(leave)> guard(&easy, leave);
    easy.set(CURLOPT_ERRORBUFFER, detail.data());
    impl->add(easy.get(), transfer);
    co_await transfer.ended.wait(deadline);

    result.code = transfer.code;
    if (!transfer.has_ended)
    {
        const bool in_time = std::chrono::steady_clock::now() < deadline;
        result.code = in_time ? CURLE_ABORTED_BY_CALLBACK : CURLE_OPERATION_TIMEDOUT;
    }
    result.response_code = easy.info<long>(CURLINFO_RESPONSE_CODE);
    result.error = describe(result.code, detail.data());
    co_return result;
}

}  // namespace herald
