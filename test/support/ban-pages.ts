/** Pages in the form of Alibaba's firewall, with the request's path in their links. */
export const captchaPage = `<!DOCTYPE html><html><head>
<script src="https://g.alicdn.com/bsop-static/sufei-punish/0.1.125/build/punishpage.min.js"></script>
<meta http-equiv="refresh" content="0;url=https://api.dingtalk.com:443//v1.0/storage/spaces/1/_____tmd_____/punish?x5secdata=xg63&amp;x5step=2&amp;action=captcha">
</head><body><!--rgv587_flag:sm--></body></html>`;
export const denyPage = `<a id="a-link" href="https://bixi.alicdn.com/punish/punish:resource:template:baba:default_1.html?qrcode=a|b&uuid=24bb&action=deny&origin=https%3A%2F%2Fapi.dingtalk.com"></a>
<script>document.cookie = "x5secdata=;maxAge=-100"; window._config_ = {"action": "deny"};</script>`;
/** The ban that DingTalk documents. */
export const banJson = { status: 1111, wait: 5, source: 'x5', punish: 'deny', uuid: 'f4' };
export const jsonPage = `<html><body><pre>${JSON.stringify(banJson)}</pre></body></html>`;

/** Ids that contain the marks of a ban. */
export const banLikeIds = ['punish', 'x5secdata=', '/punish?x5secdata=1'];
