"""Words beside values, in the language of configuration files and programs. Names of parts come from the rules."""

# Say nothing of the value they stand before: look further left.
NEUTRAL = frozenset(
    "value val values default string str text const let var final static export set env environ getenv process os"
    " return is was the name data type content bytes byte encode new config conf cfg settings setting param params"
    " arg args b u r f utf8 utf add echo print println printf log info debug curl h header headers item elem char"
    " std auto optional some ok one two true false null none self this readonly option options property put get of"
    " and or with as in to for my your our e g required input description example examples keys secrets credentials"
    " creds credential quot amp apos nbsp gt lt field main live prod production trade body".split()
)
# Name a value that is certainly no credential of an exchange.
NEGATIVE = frozenset(
    "hash hashes sha sha1 sha256 sha512 sha3 keccak md5 blake2b digest checksum fingerprint txid txids txhash tx"
    " transaction block blockhash signature signatures sig listenkey listen orderid order clientorderid clordid"
    " nonce integrity oid commit revision address addr pubkey certificate cert etag uuid guid image img"
    " png jpg gif svg merkle root cursor cid contract hexdigest digests checksums signed placeholder preimage"
    " stream streams keepalive requestid runid traceid tranid withdrawid mint programid tapimac pinned pin"
    " poolpublickey sshpublickey idempotency cache dedup connectid accesssign consumerkey consumersecret"
    " accesstokensecret clickhmac visitorhmac secretkeybase cdpclientapikey cdpclientkey".split()
)
# Other services: a value assigned to a name of theirs, or standing under it, is theirs.
SERVICES = frozenset(
    "jwt session cookie csrf xsrf csrftoken csrfmiddlewaretoken sessionid django flask laravel rails aws amazon azure"
    " gcp google github gitlab bitbucket slack telegram discord twitter facebook stripe paypal twilio sendgrid mailgun"
    " smtp postgres postgresql mysql redis mongo mongodb rabbitmq auth0 firebase alchemy infura moralis etherscan"
    " bscscan polygonscan openai anthropic sentry datadog newrelic webhook nextauth supabase heroku netlify vercel npm"
    " pypi influx influxdb grafana coinmarketcap cmc coingecko cryptocompare messari glassnode santiment nansen tardis"
    " kaiko alphavantage finnhub quandl iex pusher mapbox algolia shopify dropbox notion circleci travis sonar codecov"
    " snyk apiserver fernet openexchangerates exchangerates exchangerate coveralls taapi tg pubnub pinata fixer"
    " currencylayer webhooks graphql dingtalk dingding feishu larksuite weixin wechat wecom pushplus pushover qiniu"
    " aliyun rapidapi ifttt pinecone perplexity openrouter groq huggingface deepseek nvidia bugsnag amplitude mixpanel"
    " posthog hotjar appsflyer clevertap onesignal intercom zendesk freshdesk hubspot mailchimp mandrill postmark"
    " sparkpost sendinblue brevo mailjet nexmo vonage messagebird plivo plaid braintree razorpay paystack flutterwave"
    " adyen cloudinary imgur giphy youtube spotify linkedin instagram tiktok twitch vimeo salesforce jira asana trello"
    " okta cognito keycloak launchdarkly optimizely rollbar honeycomb loggly papertrail pagerduty opsgenie"
    " splunk elasticsearch cloudflare digitalocean linode vultr upstash contentful strapi recaptcha hcaptcha captcha"
    " elevenlabs deepgram assemblyai langsmith wandb serpapi serper tavily firecrawl newsapi openweather"
    " openweathermap weatherapi accuweather ipinfo ipstack mapquest twelvedata marketstack tiingo eodhd"
    " financialmodelingprep lunarcrush cryptopanic coinpaprika nomics livecoinwatch covalent covalenthq bitquery"
    " blockcypher blockchair tatum ankr helius quicknode chainstack getblock blockdaemon blastapi nodereal thirdweb"
    " walletconnect tenderly blocknative gelato biconomy debank arbiscan basescan ftmscan snowtrace snowscan solscan"
    " tronscan trongrid opensea thegraph onchainkit ayrshare jupiter birdeye dexscreener geckoterminal oneinch 1inch"
    " paraswap openocean zapper zerion defillama blockfrost nownodes coinstats coinmarketcal benzinga intrinio"
    " tradingeconomics mistral cohere xai grok claude gpt dashscope qwen zhipu moonshot siliconflow volcengine"
    " sms77 serverchan pushdeer infobip clicksend kavenegar msg91 smsru".split()
)
# Name a credential of something else, too, but too common to speak of what stands under them.
FOREIGN = SERVICES | frozenset(
    "app mail database db encryption encrypt encrypted decrypt enc aes salt pepper password passwd passphrase"
    " vault consul".split()
)
# Name a password of something else than an API.
OTHERS_PASSWORDS = FOREIGN - frozenset("app password passwd passphrase".split()) | frozenset(
    "datasource jdbc keystore truststore".split()
)
# Orders, requests and people have one, too: the key of a credential only beside its secret.
ALSO_OF_ORDERS = frozenset({"clientid", "login"})
# Name the key of a wallet, on a chain that bears an exchange's name, unless they say that it is one of an API.
WALLETS = frozenset(
    "privatekey priv pkey wallet chain bridge deploy deployer signer minter relayer metamask evm".split()
)
# In the name of a key they say nothing of whose it is.
OF_ANY_KEY = frozenset(
    "api key secret apikey apisecret access public private token auth id client exchange account acc user bot trader"
    " trading spot futures future perp margin sub main master backup old new first second test testnet demo".split()
)
# Nor do these: accounts of one's own, and kinds of interfaces.
OF_NOBODY = frozenset(
    "crypto coin coins market markets rest websocket production development real paper sandbox readonly read write"
    " trade trades personal primary secondary default global local mainnet network user users wallet server service"
    " request project sign strategy grid arbitrage margin options hedge".split()
)
# A key of a program that brings customers: each copy of it has the same one.
PARTNERS = frozenset({"partner", "broker", "referral"})
# Web frameworks have a secret of this name ...
SHARED_NAMES = frozenset({"secretkey"})
# ... and leave these words near it, in any case.
FRAMEWORKS = tuple(
    b"django flask rails laravel fastapi starlette installed_apps allowed_hosts middleware jwt express-session session_"
    b" cookie_ csrf app.config".split()
)
# A client's token and secret by OAuth have these names where one of those words is near ...
OAUTH_NAMES = frozenset({"accesstoken", "accesssecret"})
# ... and are a service's, not an exchange's.
OAUTH = rb"(?i)consumer_?(?:key|secret)|tweepy|OAuth1|api\.twitter"
# How build tools mark the variables that they put into a page, and Rust its constants.
PREFIXES = frozenset(
    {
        ("react", "app"),
        ("vue", "app"),
        ("expo", "public"),
        ("next", "public"),
        ("nuxt", "public"),
        ("pub", "const"),
        ("pub", "static"),
    }
)
# Trading venues and data services that no rule is about: a value under their name is no exchange's.
OTHER_VENUES = tuple(
    "oanda tradier etrade schwab ibkr polygon.io cryptoquant coinapi idex yobit livecoin cryptsy hotbit bibox bitforex"
    " coinbene tidex cobinhood bleutrade quadrigacx lakebtc itbit atlasats openalgo paymium bter flowbtc coingi"
    " btctradeua 1btcxe bitbay liqui xbtce chbtc anxpro bit2c bitmarket therock vaultoro southxchange coinsecure"
    " fybse 1broker virwox bitlish bxinth gatecoin nicehash btcchina btc38 bitbays coinalyze"
    " coinwarz coinglass coindesk basefex tauros aax btc-alpha btcalpha changelly changenow changehero simpleswap"
    " sideshift godex stealthex letsexchange exolix fixedfloat shapeshift moonpay banxa transak bitpay opennode"
    " coinpayments nowpayments cryptomus paxful localbitcoins bitrefill".split()
)
# Words near a value that make it worth a second look: all names of parts hold one of them.
CREDENTIAL_HINTS = frozenset(
    [
        *b"key secret token pass sign auth private access hmac client cred wallet values"
        b" clave chave anahtar gizli".split(),
        b"-u ",
        b"--user",
    ]
)
# Bytes that, directly before a value, make it the key of an HMAC: a secret whatever the variable is called.
HMAC_CALLS = (
    rb"hmac\.new\(\s*(?:key\s*=\s*)?b?$",
    rb"hmac\.New\(\s*sha\d+\.New\s*,\s*\[\]byte\(\s*$",
    rb"createHmac\(\s*['\"`]sha\d+['\"`]\s*,\s*$",
    rb"hash_hmac\(\s*['\"]sha\d+['\"]\s*,[^;{}]{0,120},\s*$",
    rb"-hmac\s+$",
    rb"SecretKeySpec\(\s*$",
    rb"HMACSHA\d+\([^;{}]{0,60}GetBytes\(\s*$",
    rb"HmacSHA\d+\([^;{}]{0,120},\s*$",
    rb"new_from_slice\(\s*b?$",
    rb"OpenSSL::HMAC\.\w+\([^;{}]{0,60},\s*$",
)
# A path with one of these as a whole word holds examples more often than live values.
EXAMPLE_PATHS = frozenset(
    "test tests testing spec specs fixture fixtures cassette cassettes mock mocks example examples sample samples"
    " demo demos doc docs documentation template templates testdata readme md rst androidtest commontest".split()
)
# A file with one of these in its name holds the private key of a server, whatever its folder is called.
SERVER_FILES = frozenset(
    "domain server localhost ssl tls https nginx apache letsencrypt selfsigned idrsa".split()
)
# Folders of other people's libraries, copied in: their test keys are nobody's.
VENDORED_PATHS = frozenset(
    (
        "node_modules",
        "bower_components",
        "site-packages",
        "dist-packages",
        "vendor",
        "third_party",
        "thirdparty",
    )
)
