#include "app/aws_options.hpp"

#include <cstdlib>

namespace herald
{

namespace
{

AwsOptions aws_options(const AwsSettings& aws, const ReadVariable& variable)
{
    AwsOptions options;
    options.region = aws.region;
    if (options.region.empty()) options.region = variable("AWS_REGION");
    if (options.region.empty()) options.region = variable("AWS_DEFAULT_REGION");
    // All three from one place: a token goes with its key.
    const bool is_set = !aws.access_key_id.empty();
    options.access_key_id = is_set ? aws.access_key_id : variable("AWS_ACCESS_KEY_ID");
    options.secret_access_key = is_set ? aws.secret_access_key : variable("AWS_SECRET_ACCESS_KEY");
    options.session_token = is_set ? aws.session_token : variable("AWS_SESSION_TOKEN");
    return options;
}

}  // namespace

SesOptions ses_options(const Settings& settings, const ReadVariable& variable)
{
    SesOptions options;
    options.aws = aws_options(settings.aws, variable);
    options.aws.endpoint = settings.ses.endpoint;
    options.aws.connections = settings.ses.connections;
    options.domain = settings.email.domain;
    options.configuration_set = settings.ses.configuration_set;
    return options;
}

SnsOptions sns_options(const Settings& settings, const ReadVariable& variable)
{
    SnsOptions options;
    options.aws = aws_options(settings.aws, variable);
    options.aws.endpoint = settings.sns.endpoint;
    options.aws.connections = settings.sns.connections;
    options.receipts = settings.sns.receipts;
    return options;
}

S3Options s3_options(const Settings& settings, const ReadVariable& variable)
{
    S3Options options;
    options.aws = aws_options(settings.aws, variable);
    if (!settings.objects.region.empty()) options.aws.region = settings.objects.region;
    options.aws.endpoint = settings.objects.endpoint;
    options.bucket = settings.objects.bucket;
    options.path_style = settings.objects.path_style;
    return options;
}

std::string variable_of_process(const char* name)
{
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::unique_ptr<Provider> make_ses(asio::any_io_executor executor, const Settings& settings, const Clock& clock)
{
    return std::make_unique<SesProvider>(std::move(executor), ses_options(settings, &variable_of_process), clock);
}

std::unique_ptr<Provider> make_sns(asio::any_io_executor executor, const Settings& settings)
{
    return std::make_unique<SnsProvider>(std::move(executor), sns_options(settings, &variable_of_process));
}

}  // namespace herald
