// node:crypto: keys as objects, what they are read from and written as.
import { table } from "../table.js";
import crypto, { createPrivateKey, createPublicKey, createSecretKey, KeyObject } from "node:crypto";
import { types, inspect } from "node:util";

const RSA = `-----BEGIN PRIVATE KEY-----
MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBAL2iu0O2Si8KAilO
DSuntHHp6FMERQtB7WFx8kwsBUEGGy7O72oaIjCUTUFs4WZx1XdPM+WV1hz4B+Vf
WIyWqF9ZvoWgoumTURsh2uFIumObsOdgg1jl2QYEB7F+j6kwXB3P/JHP2kD0NdAj
Q3vzvNkzPiwsSjdICJ4PP4MdpaXzAgMBAAECgYB4p+uCP5+fojyRz0lt9zxGJk9d
UqAjc4T3tSo28OM+5gWxmJSX65zJT/J/qCkZp1/sk4Yvk1AyClXryOhsOwdQ2o/t
M5X5z/oDw8SRZw8Vkok8MDCGRu1iJfQxmZBScb3oqf/rTzBKPivR5S6qvXFHROO7
PZbDVKURqfZKS2nOYQJBAOyX49UKFKBw3Pf4GAjwztSPm6mb7/l0E5mu/iDl2/z8
V3Ixt88cwJGV2Z3YeyTwWhvBB7v9H6jBonn6LWePjjkCQQDNMMzfSPAGEZfANniU
eJlMfBrlyswmyC1k916ei3XvYmmNPwmZ0nPbqyYFhNaRdDhUBFr16AhKJWkj45T8
TtWLAkBAWI7+Qd+aQxfV2QOwas3Vwbj0SBTcI1WxVoaHK/zIsViXFi6HhapZ7gdh
hp73TOc05SrVVeJmY0NtKT1wDPsBAkEApQ1lLxLvqCIMrFvkoKFlxsVpqYB4uZV6
FmZ5YRUTd8z01N5pLafA9Gl2eygApR4UlVivhnDwAhyXt3vAgzgywwJAbiBDsVZs
NMM/I5zyUdVoX89tBkrCmVIXldKM76vzBBI3S77Vt0MLiWIPvTqsaSvLLURByr7V
kgVCcubaJFRucQ==
-----END PRIVATE KEY-----
`;
const EC_SEC1 = `-----BEGIN EC PRIVATE KEY-----
MHcCAQEEIAqSADiVOG78vAT7dsYVPSABv2U7vwktXwqhdrPDlKCPoAoGCCqGSM49
AwEHoUQDQgAEGOUyySToV2iZypCJTexwo9ER1c3a69Gfu81inezxZ9sw5Q52sAnq
FZJIo9+b7dag1uEJMqpdfXDteQcHYYdm1g==
-----END EC PRIVATE KEY-----
`;
const EC = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCpIAOJU4bvy8BPt2
xhU9IAG/ZTu/CS1fCqF2s8OUoI+hRANCAAQY5TLJJOhXaJnKkIlN7HCj0RHVzdrr
0Z+7zWKd7PFn2zDlDnawCeoVkkij35vt1qDW4Qkyql19cO15Bwdhh2bW
-----END PRIVATE KEY-----
`;
const EC_PUBLIC = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEGOUyySToV2iZypCJTexwo9ER1c3a
69Gfu81inezxZ9sw5Q52sAnqFZJIo9+b7dag1uEJMqpdfXDteQcHYYdm1g==
-----END PUBLIC KEY-----
`;
const K1 = `-----BEGIN PRIVATE KEY-----
MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQgd02Pnn3uiiit8fTSYswt
/k6epReoraGNHWvH4rOPZK+hRANCAARs0EZmmtFmXIrLL76gbXIJbu3Jg4v5BRK/
ofZX6hHtXD3YSmYh9M/mxV2t6CA6ql40TD/84+aqix3a4kbtmkRV
-----END PRIVATE KEY-----
`;
const P224 = `-----BEGIN PRIVATE KEY-----
MHgCAQAwEAYHKoZIzj0CAQYFK4EEACEEYTBfAgEBBBzzT0csnGBIIQCPbQrSSxEn
4dVxRbDyiQ6OJD1woTwDOgAETy8TuYw8vMSwLBKy9gsn/Y97ImpnbrksTcqewjyP
xqKPQvBfLBaKj+KQyilyl7Zvt3ztf8dS7xo=
-----END PRIVATE KEY-----
`;
const P384 = `-----BEGIN PRIVATE KEY-----
MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDBzxpK7fHc/jtW/L7+7
j4ziEScqAAdo0fO3cycTNDe0IvpQXZWxD9et6TEAu3G8jVahZANiAATFrg9nedu6
um3JkHckc3zycLqnLjA7jzb5G71/I77bM4XvuzGYL4E3u/VVT5QDLX7qUl8X0tbk
PM8yGJe7mRI1FTIZyGZlhivK+K4+qnNxWDsnVZy/Ea0l1AzYTPIpg3I=
-----END PRIVATE KEY-----
`;
const P521 = `-----BEGIN PRIVATE KEY-----
MIHuAgEAMBAGByqGSM49AgEGBSuBBAAjBIHWMIHTAgEBBEIAJPsZk4fwuiiwb+Dh
K8LibjNdyuJbgq6xF01tWHCWOkw4Ek+3O6Pmglyv3tSdPXg/GzVyet4qQflll71T
S0aLKyChgYkDgYYABAABfCAXlVbMA7oiV3lpqqJPTOhXvMGvFe3nVHQICr50eXXq
SIwhFkQZifBAeB2I5IJ6Gog832iz9NxV4HT4jAHiXQDyFzEUHqkevcZOkpxfNeTb
RaTSOO/DWDz5v7nAwUHnL+Sv7ezsVkqvidtib7ZZAJwWBFI+0RfH9yddNuHA+NSa
bg==
-----END PRIVATE KEY-----
`;
const ED = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJutqXPMuv7qFrnoP6sHa42T6A0MNoAWUdbyNGWpo5wQ
-----END PRIVATE KEY-----
`;
const ED_PUBLIC = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAxGvhRWpkwuw3yg8/nl9IVHDza6R/TuCqCRhUNro8TUw=
-----END PUBLIC KEY-----
`;
const X = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VuBCIEIFCAA9687QDqzq81Tw3ucGge/lj2vp/fDAFeNsYGwTpv
-----END PRIVATE KEY-----
`;
const ED448 = `-----BEGIN PRIVATE KEY-----
MEcCAQAwBQYDK2VxBDsEOUxJXySFedj6zjWJwa+80EwLWxYLnnDRLOduHVXmR9md
ysK39CvL9bMpE/FS6V3prg81nnWjpOFPOg==
-----END PRIVATE KEY-----
`;
const DSA = `-----BEGIN PRIVATE KEY-----
MIIBWgIBADCCATMGByqGSM44BAEwggEmAoGBANBMuj4KWUhSPJEp+gXBfXQsZy8b
MucURaAa8DqgoYlx1UEL/R03OE51Ys23kFjfH4PG7BpFIfJvTQKt9ipzBFR3KyJv
MqV73LprI3qHRcZ87CdD2H2fhQob8CFH6vxcDjzy5cEBl8GTdLkpVKhs+5/pty8p
FIeybQ8kJ3YV3DbvAh0A7W+Nsl4+0UbrGwcZA5cZDorQOGQWJptQgmuRKQKBgBk3
BCIuUGHsma1W2UTMHccqnQPGGEU0CS2W231J3uhSvNu2bIrZ/S622KhMBoYjKcwV
/KCwXXNSjmUZOjTmRbjOubA6ND3eN4cFOzrbucgYHIBI0wWJwBDVQ4G0KtPFZJGS
Cf/6OOHIczB4zFZubXBeORrDlGQ/wLt0lbgBn2bRBB4CHFjXJsO4y4TwQP4dG4cy
X1eN4WRDUh+xY6j6S6M=
-----END PRIVATE KEY-----
`;
const DSA_PUBLIC = `-----BEGIN PUBLIC KEY-----
MIIBvjCCATMGByqGSM44BAEwggEmAoGBANBMuj4KWUhSPJEp+gXBfXQsZy8bMucU
RaAa8DqgoYlx1UEL/R03OE51Ys23kFjfH4PG7BpFIfJvTQKt9ipzBFR3KyJvMqV7
3LprI3qHRcZ87CdD2H2fhQob8CFH6vxcDjzy5cEBl8GTdLkpVKhs+5/pty8pFIey
bQ8kJ3YV3DbvAh0A7W+Nsl4+0UbrGwcZA5cZDorQOGQWJptQgmuRKQKBgBk3BCIu
UGHsma1W2UTMHccqnQPGGEU0CS2W231J3uhSvNu2bIrZ/S622KhMBoYjKcwV/KCw
XXNSjmUZOjTmRbjOubA6ND3eN4cFOzrbucgYHIBI0wWJwBDVQ4G0KtPFZJGSCf/6
OOHIczB4zFZubXBeORrDlGQ/wLt0lbgBn2bRA4GEAAKBgAfdslTx1q8fxojtLr2h
lFFjzc1PWkfmUZaMMe38hY3OigxT3BS/MoOYUNw6QcZox4IqbE0F9NSsMErePwoK
7txaVGynBQb6oP8IDAVbLj0v5zE36Kf3Yfgp3IaRUXWiZWAK+FB/MDKcJGavqEFU
Z6A5eX/AUrQfiHH/XShTRdaD
-----END PUBLIC KEY-----
`;
const DH = `-----BEGIN PRIVATE KEY-----
MIIBPwIBADCCARcGCSqGSIb3DQEDATCCAQgCggEBAP//////////yQ/aoiFowjTE
xmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJRSgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP
4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJ
KGZR7ORbPcIAfLihY78FmNpINhxV05ppFj+o/STPX4NlXSPco62WHGLzViCFUrue
1SkHcJaWbWcMNU5KvJgE8XRsCMoYIXwykF5GLjbOO+OedywYDoYDmyeDouwHoo+1
xV3wb0xSyd4ry/aVWBcYOZVJfOqVauUV0iYYmPoFEBVyjlqKrKpo//////////8C
AQIEHwIdALMdOJ3nityTo4AYsQDznpe0OB/M2Tv31J/vcHA=
-----END PRIVATE KEY-----
`;
const DH_PUBLIC = `-----BEGIN PUBLIC KEY-----
MIICJTCCARcGCSqGSIb3DQEDATCCAQgCggEBAP//////////yQ/aoiFowjTExmKL
gNwc0SkCTgiKZ8x0Agu+pjsTmyJRSgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP4TVt
bVHCReSFtXZiXn7G9ExC6aY37WsL/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJKGZR
7ORbPcIAfLihY78FmNpINhxV05ppFj+o/STPX4NlXSPco62WHGLzViCFUrue1SkH
cJaWbWcMNU5KvJgE8XRsCMoYIXwykF5GLjbOO+OedywYDoYDmyeDouwHoo+1xV3w
b0xSyd4ry/aVWBcYOZVJfOqVauUV0iYYmPoFEBVyjlqKrKpo//////////8CAQID
ggEGAAKCAQEAm98wQD8MCEtLjomQMr4ReTtbNhQKHuhvYWasWadRGui1awXaC7/S
rLSZRBCac/k63VHwNh9vZ7f8uRQH9gM0tEZ6zaxXdTLY/1aega+HbrNKyGV11M3f
JOiMfJ/I/m4zTriOR4cSyr5SMGXRepHm/49tsuCPgjoHNKody0rKXwzFNNRWuopr
XbPVXVnskvbryKH2cL5mWo8Xu7Nn7r5fcN9an/SfSUNeNc7qpOr6GpvLrur/1JcN
P7mr582wO+CLmcjiyIFHj+yuQzVeogfPo1s3tII0EdsizFV94SnW94GVORz2J2iX
O/lyydDUUYiQhenir7BucyvNP1IGiqE72w==
-----END PUBLIC KEY-----
`;
const PSS = `-----BEGIN PRIVATE KEY-----
MIICdAIBADALBgkqhkiG9w0BAQoEggJgMIICXAIBAAKBgQC2No5t7HdOV+FsNQ3J
CIE4snberXkKWP3P8CScQDwqfqPf6eDZX4A+3h+gPV+BffaX15yCgViYMEc+3COm
rEOMlZXmiFaz65r96XVWapnHUY58Us7IH2VyOv4UTNx/BWm3ExchQLX+fTqY66rb
Ut3OegjHLBMuxWIIgTvYcLPO1QIDAQABAoGABiIj/TM+eNagceH/SssMfnoTYj94
mY6RTJSKxu+qlsuYfIsE1IxQZs1XRy+JrXQt/sJ1NDdiYg0N+OG0GYIm69/yxyC9
+6i6glvY+/7g3kIUESbEQveQWHc8MIn9uXO7a7YbcMIGQyKD9KJfJ630YDNi5pyE
rncr4xgXLU5PSYECQQDmtbBDxacYsYSKgwN1MTuUwuar5K2HJpV5zGFnBXUkIb8n
v9Ps7cSIXWTjkUF31WrrExbSNEUGyWp6/Mkv5UjRAkEAyi/tcikGeYlCyY3YbcPb
7qhlR5eCXHHrbN4rzEdv1RxmOAfTTsouQvQMEs0BAkAS0TX6sEq5BZN6+xMIHifm
xQJAPom/pw9b9Tihif5roIfg87lFWBEb7MfLuwFo4ck78LhpHbhFFTN6k9BlOb61
NWuXmPNKu15J28YbZA1D6ATKEQJAGhjDkiefcVJ5L2DCnbBZE93ibLIunlYJ6Bxp
FM3nrl8jBnpkGNhZzkSHxml1ht/UTfKkr9qFNSYLCpszQgkubQJBAI5T5RrxZwV7
0fcY+9PSb1RkDG6R5oivFgy8KQKa8Zw59KLuAdS0LnG/tppUz+m45FmRsldejL+U
5FPc9owcUKc=
-----END PRIVATE KEY-----
`;
const EC_ENCRYPTED = `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgZZMPhesq8fgICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEN9JERUIk70Qe3Q2Dda97EEEgZDY
mb9xde3mw4kjOcmPbTZY3y/Yc5rUmlIrQmx29iow2ZVXhlJaE7BhNhxqTR2LQ/3T
30VcUjm0xpKYKKH45674UMNo0Cs99HFTgNWNVJ+Y1C6xvPauqeuamdQY7djYAzeA
jXn8Vci8gsnorHduq69KF70K+XRwI+VnI8bc1ODH/pnTyc/aL8d5NJGx/AF+eQo=
-----END ENCRYPTED PRIVATE KEY-----
`;
const EC_PBE = `-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGxMBwGCiqGSIb3DQEMAQMwDgQI1FN7BhO6zX4CAggABIGQCMVItJwgSwJ/cXAc
9+nTUVmSQoeBI3ZWWY2pXsHOp7YE0sm48J4AGFP+xQFiEoggNn06ioUxp/roX94m
FMhTzmq3VGLH6QywV8ymAjpIx2JJJK7mvGVFTq4hZ7YwwGREDnhkrhd/chkB5izJ
MJCicdzB9Gju0TnBNPq6JELYbl1aEuz6GSDwZMiQfBkIpxq+
-----END ENCRYPTED PRIVATE KEY-----
`;
const EC_SEC1_ENCRYPTED = `-----BEGIN EC PRIVATE KEY-----
Proc-Type: 4,ENCRYPTED
DEK-Info: AES-128-CBC,ADADCD909C649727DED9708900D24AED

o18TPgIT1+qPfhxWtw40mrlBGV9lp8DcUpmnrRnY8+UAkuw3rwfO31jNoFigzgAB
K0KpqSOmTlDZeNiXZB1huFqP86y1wFh7m4kL7zTcVaAGiTa0EXDIMGlq7NZJwoHA
38glZXh6DEdkyFDfAHWbUzLnK7ZbhIjzvDJr185dJFU=
-----END EC PRIVATE KEY-----
`;
const RSA_PKCS1_ENCRYPTED = `-----BEGIN RSA PRIVATE KEY-----
Proc-Type: 4,ENCRYPTED
DEK-Info: AES-256-CBC,DD9361A62CC78245314A3C82C47045E0

uqmyHEpc7TQ4ERpW4iJPw7BH5/j9lfwgfGL4zaz2GuOho1uR+Wgqh0dF3tJcWAQb
uQDZUVIHxaRTnlqHJb7FuVLuRXhaiFM4XkePhb0FRSCfS851p+wHdNgF0Lc51EVv
LkHLiRPY2E9s3LiovLzDyp2WsCd31NAtvl2LsL4Wsl+wEv2XgMgVi8gpkM2WJKQq
rWV01FIDfOWZcIxb9VvkJskv/hajgM+f32y+Ohfk8P8O6ahFnJY8nZM28UrBBj6p
kS8M9jlCnDTQke9LG1kg0CtvVRNQ+zPkIJQzja9sCQMz/vhtcYBY9J75AXNsZqQZ
iz81w7oGMPQQY/Oy0Wa9rT8h0/ArJ1IDMxmqQDSqwi+eXi/ldBrQ7ZXy9pgI5wHH
ToK6TYDyQsjXAzrZ4vVfM4pxMUgpocMZOnWRXN0NNM3UHzGH9yvJn1yk8N92mM/T
bqp97Q83MBFgaYZZaRK4jhVyFW6iy2cFbw8flBA9bDeb4Ik8MEPBevJxBtNwUgzy
9kedYmWh6MEOzJ2H9Z9xHOcQsuv35QGqJSWGxWnEgSJ9Jbvp460H2GPHEucMs9Mw
Bh3X8y0FsJSktI11H7JyamACv16NZa/VBrudB4YrX92KF3+9U4guFX5sPQelH63d
EhjkuNsW25WdZexYcVqBhWNGyCcL9lG64KCWzRBi0MBz6lEc23FDC537UI48J0+l
UI4iMRXa03P23+RfApCMJH1QgkMaRSKqbOyTssGEDV3bfAKFEuQez5Dg0TZOIDJ/
EKn0prJIZ9oriPjCB6agvlQaFgH+n68r3HkaE3mDX74sXeW2a8ti5WcSBKbV3M4O
-----END RSA PRIVATE KEY-----
`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIICsDCCAlagAwIBAgIEEjSrzTAKBggqhkjOPQQDAjBYMQswCQYDVQQGEwJOWjEV
MBMGA1UECgwMRGVuaXplbiArIENvMRQwEgYDVQQDDAtleGFtcGxlLmNvbTEcMBoG
CSqGSIb3DQEJARYNYUBleGFtcGxlLmNvbTAgFw0yNjExMjEyMTM0MjNaGA8yMTI2
MTAyODIxMzQyM1owWDELMAkGA1UEBhMCTloxFTATBgNVBAoMDERlbml6ZW4gKyBD
bzEUMBIGA1UEAwwLZXhhbXBsZS5jb20xHDAaBgkqhkiG9w0BCQEWDWFAZXhhbXBs
ZS5jb20wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQY5TLJJOhXaJnKkIlN7HCj
0RHVzdrr0Z+7zWKd7PFn2zDlDnawCeoVkkij35vt1qDW4Qkyql19cO15Bwdhh2bW
o4IBCjCCAQYwTQYDVR0RBEYwRIILZXhhbXBsZS5jb22CDSouZXhhbXBsZS5vcmeH
BAoAAAGBDWFAZXhhbXBsZS5jb22GEWh0dHA6Ly94LmV4YW1wbGUvMA4GA1UdDwEB
/wQEAwIChDAdBgNVHSUEFjAUBggrBgEFBQcDAQYIKwYBBQUHAwIwDwYDVR0TAQH/
BAUwAwEB/zBWBggrBgEFBQcBAQRKMEgwIAYIKwYBBQUHMAGGFGh0dHA6Ly9vY3Nw
LmV4YW1wbGUvMCQGCCsGAQUFBzAChhhodHRwOi8vY2EuZXhhbXBsZS9jYS5wZW0w
HQYDVR0OBBYEFKn65klqYWZGkb71IGGlqlnSIMwhMAoGCCqGSM49BAMCA0gAMEUC
ICeoaCgjojeitW1jzRQlFFCM0sQAdh8jgE0g9j2cHr+AAiEA6KFALLcM62Am2UiY
G+UufL7H6bOxfQixVXqWNRR0PnA=
-----END CERTIFICATE-----
`;
const LEAF = `-----BEGIN CERTIFICATE-----
MIIBSDCB8AIBBTAKBggqhkjOPQQDAjBYMQswCQYDVQQGEwJOWjEVMBMGA1UECgwM
RGVuaXplbiArIENvMRQwEgYDVQQDDAtleGFtcGxlLmNvbTEcMBoGCSqGSIb3DQEJ
ARYNYUBleGFtcGxlLmNvbTAgFw0yNjExMjEyMTM0MjNaGA8yMTI2MTAyODIxMzQy
M1owNzEZMBcGA1UEAwwQbGVhZi5leGFtcGxlLmNvbTEMMAoGA1UECwwDT25lMQww
CgYDVQQLDANUd28wKjAFBgMrZXADIQDEa+FFamTC7DfKDz+eX0hUcPNrpH9O4KoJ
GFQ2ujxNTDAKBggqhkjOPQQDAgNHADBEAiAtfBvHuRC0tayy7rTY2uyZwsBVDrI3
daN6t3qoLrgxAgIgGPWNzJCiGyp+Vq+S0Y7PHXd396c9+1UUQK3JHIKl6yI=
-----END CERTIFICATE-----
`;

const ALL = { RSA, EC, P224, P521, ED, X, DSA };
const UNKNOWN = { K1, ED448, DH, PSS };
const hex = (value) => Buffer.from(value).toString("hex");
const body = (pem) => Buffer.from(pem.replace(/-----[^-]*-----|\s/g, ""), "base64");
// A digest of what is long, so that the table stays readable.
const short = (value) => {
  if (typeof value === "string") return value.length > 120 ? [value.split("\n")[0], value.split("\n").at(-1), crypto.hash("sha1", value)] : value;
  if (Buffer.isBuffer(value)) return [value.length, crypto.hash("sha1", value)];
  return value;
};
const describe = (key) => [key.type, key.asymmetricKeyType, key.asymmetricKeyDetails];
const rows = {};
for (const [name, pem] of Object.entries(ALL)) {
  rows[`private ${name}`] = () => describe(createPrivateKey(pem));
  rows[`private ${name} der`] = () => describe(createPrivateKey({ key: body(pem), format: "der", type: "pkcs8" }));
  rows[`public of ${name}`] = () => describe(createPublicKey(pem));
  rows[`public of key ${name}`] = () => describe(createPublicKey(createPrivateKey(pem)));
  for (const type of ["pkcs1", "pkcs8", "sec1", undefined, "wrong"]) {
    for (const format of ["pem", "der"]) rows[`export private ${name} ${type} ${format}`] = () => short(createPrivateKey(pem).export({ type, format }));
  }
  for (const type of ["pkcs1", "spki", undefined, "pkcs8"]) {
    for (const format of ["pem", "der"]) rows[`export public ${name} ${type} ${format}`] = () => short(createPublicKey(createPrivateKey(pem)).export({ type, format }));
  }
  rows[`jwk private ${name}`] = () => JSON.stringify(createPrivateKey(pem).export({ format: "jwk" }));
  rows[`jwk public ${name}`] = () => JSON.stringify(createPublicKey(createPrivateKey(pem)).export({ format: "jwk" }));
  rows[`jwk round ${name}`] = () => { const key = createPrivateKey(pem); const again = createPrivateKey({ key: key.export({ format: "jwk" }), format: "jwk" }); return [again.equals(key), again.export({ type: "pkcs8", format: "pem" }) === key.export({ type: "pkcs8", format: "pem" })]; };
  rows[`jwk round public ${name}`] = () => { const key = createPublicKey(createPrivateKey(pem)); return createPublicKey({ key: key.export({ format: "jwk" }), format: "jwk" }).equals(key); };
  rows[`jwk public of private ${name}`] = () => describe(createPublicKey({ key: createPrivateKey(pem).export({ format: "jwk" }), format: "jwk" }));
  rows[`export defaults ${name}`] = () => short(createPrivateKey(pem).export());
}
const der = (key, type) => key.export({ type, format: "der" });
for (const [name, pem] of Object.entries(UNKNOWN)) {
  rows[`private ${name}`] = () => createPrivateKey(pem);
  rows[`public of ${name}`] = () => createPublicKey(pem);
}
Object.assign(rows, {
  "public EC": () => describe(createPublicKey(EC_PUBLIC)),
  "public ED": () => describe(createPublicKey(ED_PUBLIC)),
  "public DSA": () => describe(createPublicKey(DSA_PUBLIC)),
  "public DH": () => describe(createPublicKey(DH_PUBLIC)),
  "public from certificate": () => describe(createPublicKey(CERTIFICATE)),
  "public from certificate ED": () => describe(createPublicKey(LEAF)),
  "public from certificate der": () => describe(createPublicKey({ key: body(CERTIFICATE), format: "der", type: "spki" })),
  "public der without type": () => describe(createPublicKey({ key: body(EC_PUBLIC), format: "der" })),
  "public der pkcs1": () => describe(createPublicKey({ key: der(createPublicKey(RSA), "pkcs1"), format: "der", type: "pkcs1" })),
  "public der pkcs1 no type": () => describe(createPublicKey({ key: der(createPublicKey(RSA), "pkcs1"), format: "der" })),
  "public der of private": () => describe(createPublicKey({ key: body(EC), format: "der", type: "spki" })),
  "public der of pkcs8": () => describe(createPublicKey({ key: body(EC), format: "der", type: "pkcs8" })),
  "public pkcs1 pem": () => describe(createPublicKey(createPublicKey(RSA).export({ type: "pkcs1", format: "pem" }))),
  "private sec1": () => describe(createPrivateKey(EC_SEC1)),
  "private sec1 der": () => describe(createPrivateKey({ key: body(EC_SEC1), format: "der", type: "sec1" })),
  "private sec1 as pkcs8": () => describe(createPrivateKey({ key: body(EC_SEC1), format: "der", type: "pkcs8" })),
  "private pkcs1 pem": () => createPrivateKey(createPrivateKey(RSA).export({ type: "pkcs1", format: "pem" })).equals(createPrivateKey(RSA)),
  "private pkcs1 der": () => createPrivateKey({ key: createPrivateKey(RSA).export({ type: "pkcs1", format: "der" }), format: "der", type: "pkcs1" }).equals(createPrivateKey(RSA)),
  "private der no type": () => describe(createPrivateKey({ key: body(EC), format: "der" })),
  "private der garbage": () => createPrivateKey({ key: Buffer.from("garbage"), format: "der", type: "pkcs8" }),
  "private der garbage pkcs1": () => createPrivateKey({ key: Buffer.from("garbage"), format: "der", type: "pkcs1" }),
  "private der garbage sec1": () => createPrivateKey({ key: Buffer.from("garbage"), format: "der", type: "sec1" }),
  "private der trailing": () => describe(createPrivateKey({ key: Buffer.concat([body(EC), Buffer.alloc(3)]), format: "der", type: "pkcs8" })),
  "private pem garbage": () => createPrivateKey("garbage"),
  "private pem empty": () => createPrivateKey(""),
  "private pem wrong base64": () => createPrivateKey("-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n"),
  "private pem wrong content": () => createPrivateKey("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
  "private pem unknown label": () => createPrivateKey("-----BEGIN SOMETHING-----\nAAAA\n-----END SOMETHING-----\n"),
  "private pem of public": () => createPrivateKey(EC_PUBLIC),
  "private pem after text": () => describe(createPrivateKey(`some text\n${EC}`)),
  "private pem crlf": () => describe(createPrivateKey(EC.replaceAll("\n", "\r\n"))),
  "private pem one line": () => describe(createPrivateKey(EC.replaceAll("\n", ""))),
  "private pem no newline": () => describe(createPrivateKey(EC.trimEnd())),
  "private pem long line": () => describe(createPrivateKey(`-----BEGIN PRIVATE KEY-----\n${body(RSA).toString("base64")}\n-----END PRIVATE KEY-----`)),
  "private pem buffer": () => describe(createPrivateKey(Buffer.from(EC))),
  "private pem array buffer": () => describe(createPrivateKey({ key: new Uint8Array(Buffer.from(EC)).buffer, format: "pem" })),
  "private pem hex": () => describe(createPrivateKey({ key: Buffer.from(EC).toString("hex"), encoding: "hex" })),
  "public pem garbage": () => createPublicKey("garbage"),
  "public pem wrong content": () => createPublicKey("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
  "public der garbage": () => createPublicKey({ key: Buffer.from("garbage"), format: "der", type: "spki" }),
  "public der garbage pkcs1": () => createPublicKey({ key: Buffer.from("garbage"), format: "der", type: "pkcs1" }),
  "encrypted": () => describe(createPrivateKey({ key: EC_ENCRYPTED, passphrase: "secret" })),
  "encrypted equals": () => createPrivateKey({ key: EC_ENCRYPTED, passphrase: "secret" }).equals(createPrivateKey(EC)),
  "encrypted buffer passphrase": () => describe(createPrivateKey({ key: EC_ENCRYPTED, passphrase: Buffer.from("secret") })),
  "encrypted hex passphrase": () => describe(createPrivateKey({ key: EC_ENCRYPTED, passphrase: "736563726574", encoding: "hex" })),
  "encrypted wrong": () => createPrivateKey({ key: EC_ENCRYPTED, passphrase: "wrong" }),
  "encrypted none": () => createPrivateKey(EC_ENCRYPTED),
  "encrypted empty": () => createPrivateKey({ key: EC_ENCRYPTED, passphrase: "" }),
  "encrypted number": () => createPrivateKey({ key: EC_ENCRYPTED, passphrase: 5 }),
  "encrypted der": () => describe(createPrivateKey({ key: body(EC_ENCRYPTED), format: "der", type: "pkcs8", passphrase: "secret" })),
  "encrypted der wrong": () => createPrivateKey({ key: body(EC_ENCRYPTED), format: "der", type: "pkcs8", passphrase: "wrong" }),
  "encrypted der none": () => createPrivateKey({ key: body(EC_ENCRYPTED), format: "der", type: "pkcs8" }),
  "encrypted pbe": () => describe(createPrivateKey({ key: EC_PBE, passphrase: "secret" })),
  "encrypted sec1": () => describe(createPrivateKey({ key: EC_SEC1_ENCRYPTED, passphrase: "secret" })),
  "encrypted sec1 wrong": () => describe(createPrivateKey({ key: EC_SEC1_ENCRYPTED, passphrase: "wrong!" })),
  "encrypted sec1 none": () => describe(createPrivateKey(EC_SEC1_ENCRYPTED)),
  "encrypted pkcs1": () => createPrivateKey({ key: RSA_PKCS1_ENCRYPTED, passphrase: "secret" }).equals(createPrivateKey(RSA)),
  "encrypted public": () => describe(createPublicKey({ key: EC_ENCRYPTED, passphrase: "secret" })),
  "export null format": () => createSecretKey("abc").export({ format: null }),
});
for (const cipher of ["aes-256-cbc", "aes-128-cbc", "des-ede3-cbc", "aes-128-gcm", "aes-128-ctr", "nope", "AES-192-CBC"]) {
  for (const type of ["pkcs8", "sec1"]) {
    rows[`export encrypted ${cipher} ${type}`] = () => { const made = createPrivateKey(EC).export({ format: "pem", type, cipher, passphrase: "top" }); return [made.split("\n").slice(0, 2).map((line) => line.slice(0, 40)), createPrivateKey({ key: made, passphrase: "top" }).equals(createPrivateKey(EC))]; };
  }
}
Object.assign(rows, {
  "export encrypted der": () => { const made = createPrivateKey(EC).export({ format: "der", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "top" }); return createPrivateKey({ key: made, format: "der", type: "pkcs8", passphrase: "top" }).equals(createPrivateKey(EC)); },
  "export encrypted der sec1": () => createPrivateKey(EC).export({ format: "der", type: "sec1", cipher: "aes-256-cbc", passphrase: "top" }),
  "export encrypted no passphrase": () => createPrivateKey(EC).export({ format: "pem", type: "pkcs8", cipher: "aes-256-cbc" }),
  "export encrypted empty passphrase": () => createPrivateKey(EC).export({ format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "" }).split("\n")[0],
  "export cipher number": () => createPrivateKey(EC).export({ format: "pem", type: "pkcs8", cipher: 5, passphrase: "x" }),
  "export passphrase alone": () => short(createPrivateKey(EC).export({ format: "pem", type: "pkcs8", passphrase: "x" })),
  "export format wrong": () => createPrivateKey(EC).export({ format: "nope", type: "pkcs8" }),
  "export format number": () => createPrivateKey(EC).export({ format: 5 }),
  "export type number": () => createPrivateKey(EC).export({ format: "pem", type: 5 }),
  "export null": () => createPrivateKey(EC).export(null),
  "export string": () => createPrivateKey(EC).export("pem"),
  "export public format wrong": () => createPublicKey(EC).export({ format: "nope", type: "spki" }),
  "export public no format": () => short(createPublicKey(EC).export({ type: "spki" })),
  "export public pkcs1 EC": () => createPublicKey(EC).export({ type: "pkcs1", format: "pem" }),
  "secret": () => { const key = createSecretKey("abc"); return [key.type, key.symmetricKeySize, key.export(), key.asymmetricKeyType]; },
  "secret encodings": () => [createSecretKey("616263", "hex").export(), createSecretKey(new Uint16Array([1, 2])).export(), createSecretKey(new ArrayBuffer(3)).export()],
  "secret empty": () => createSecretKey("").symmetricKeySize,
  "secret number": () => createSecretKey(5),
  "secret null": () => createSecretKey(null),
  "secret object": () => createSecretKey({}),
  "secret is a copy": () => { const bytes = Buffer.from("abc"); const key = createSecretKey(bytes); bytes[0] = 0; const out = key.export(); out[0] = 1; return key.export(); },
  "secret buffer": () => createSecretKey("abc").export({ format: "buffer" }),
  "secret jwk": () => JSON.stringify(createSecretKey("abc?>").export({ format: "jwk" })),
  "secret pem": () => createSecretKey("abc").export({ format: "pem" }),
  "secret der": () => createSecretKey("abc").export({ format: "der" }),
  "secret equals": () => [createSecretKey("abc").equals(createSecretKey("abc")), createSecretKey("abc").equals(createSecretKey("abd")), createSecretKey("abc").equals(createSecretKey("ab")), createSecretKey("").equals(createSecretKey(""))],
  "equals other type": () => createSecretKey("abc").equals(createPrivateKey(EC)),
  "equals pair": () => [createPrivateKey(EC).equals(createPrivateKey(EC_SEC1)), createPrivateKey(EC).equals(createPrivateKey(P384)), createPublicKey(EC).equals(createPublicKey(EC_PUBLIC)), createPublicKey(EC).equals(createPublicKey(RSA))],
  "equals self": () => { const key = createSecretKey("abc"); return key.equals(key); },
  "equals wrong": () => createSecretKey("abc").equals({}),
  "equals secret lookalike": () => createSecretKey("abc").equals({ type: "secret" }),
  "equals undefined": () => createSecretKey("abc").equals(undefined),
  "private undefined": () => createPrivateKey(undefined),
  "private null": () => createPrivateKey(null),
  "private number": () => createPrivateKey(5),
  "private no key": () => createPrivateKey({}),
  "private key number": () => createPrivateKey({ key: 5 }),
  "private of key object": () => createPrivateKey(createPrivateKey(EC)),
  "private of inner key object": () => createPrivateKey({ key: createPrivateKey(EC) }),
  "private format wrong": () => createPrivateKey({ key: EC, format: "nope" }),
  "private type wrong": () => createPrivateKey({ key: EC, type: "spki" }),
  "private type sec1 of pkcs8 pem": () => describe(createPrivateKey({ key: EC, type: "sec1" })),
  "public undefined": () => createPublicKey(undefined),
  "public of secret": () => createPublicKey(createSecretKey("abc")),
  "public of public": () => createPublicKey(createPublicKey(EC)),
  "public type wrong": () => createPublicKey({ key: EC_PUBLIC, type: "pkcs8" }),
  "public of inner": () => createPublicKey({ key: createPrivateKey(EC) }),
  "jwk empty": () => createPrivateKey({ key: {}, format: "jwk" }),
  "jwk no format": () => createPublicKey({ key: createPublicKey(EC).export({ format: "jwk" }) }).equals(createPublicKey(EC)),
  "jwk kty wrong": () => createPublicKey({ key: { kty: "nope" }, format: "jwk" }),
  "jwk oct": () => createPublicKey({ key: { kty: "oct", k: "AAAA" }, format: "jwk" }),
  "jwk oct private": () => createPrivateKey({ key: { kty: "oct", k: "AAAA" }, format: "jwk" }),
  "jwk private of public": () => createPrivateKey({ key: createPublicKey(EC).export({ format: "jwk" }), format: "jwk" }),
  "jwk private of public RSA": () => createPrivateKey({ key: createPublicKey(RSA).export({ format: "jwk" }), format: "jwk" }),
  "jwk private of public ED": () => createPrivateKey({ key: createPublicKey(ED).export({ format: "jwk" }), format: "jwk" }),
  "jwk curve wrong": () => createPublicKey({ key: { ...createPublicKey(EC).export({ format: "jwk" }), crv: "P-999" }, format: "jwk" }),
  "jwk curve missing": () => createPublicKey({ key: { kty: "EC", x: "AA", y: "AA" }, format: "jwk" }),
  "jwk point wrong": () => createPublicKey({ key: { ...createPublicKey(EC).export({ format: "jwk" }), x: "AAAA" }, format: "jwk" }),
  "jwk x missing": () => createPublicKey({ key: { kty: "EC", crv: "P-256", y: "AA" }, format: "jwk" }),
  "jwk d wrong": () => createPrivateKey({ key: { ...createPrivateKey(EC).export({ format: "jwk" }), d: "AAAA" }, format: "jwk" }).type,
  "jwk okp d only": () => createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", d: Buffer.alloc(32, 1).toString("base64url") }, format: "jwk" }).type,
  "jwk okp d other": () => createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", x: Buffer.alloc(32, 1).toString("base64url"), d: Buffer.alloc(32, 1).toString("base64url") }, format: "jwk" }).export({ format: "jwk" }).x,
  "jwk okp d short": () => createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", x: Buffer.alloc(32, 1).toString("base64url"), d: "AAAA" }, format: "jwk" }).type,
  "jwk rsa order": () => [{}, { n: "AA" }, { n: "AA", e: "AA" }, { n: "AA", e: "AA", d: "AA" }, { n: "AA", e: "AA", d: "AA", p: "AA" }, { n: "AA", e: "AA", d: "AA", p: "AA", q: "AA" }, { n: "AA", e: "AA", d: "AA", p: "AA", q: "AA", dp: "AA" }, { n: "AA", e: "AA", d: "AA", p: "AA", q: "AA", dp: "AA", dq: "AA" }, { n: "!", e: "AA" }].map((key) => { try { return createPrivateKey({ key: { kty: "RSA", ...key }, format: "jwk" }).type; } catch (e) { return e.message; } }),
  "jwk ec order": () => [{ crv: "P-256" }, { crv: "P-256", x: "!", y: "!" }, { crv: "P-256", x: "AA" }, { crv: "P-256", x: "AA", y: "AA" }, { crv: "P-256", x: "AA", y: "AA", d: "!" }].map((key) => { try { return createPrivateKey({ key: { kty: "EC", ...key }, format: "jwk" }).type; } catch (e) { return e.message; } }),
  "jwk rsa incomplete": () => createPrivateKey({ key: { kty: "RSA", n: "AAAA", e: "AQAB", d: "AAAA" }, format: "jwk" }),
  "jwk rsa no n": () => createPublicKey({ key: { kty: "RSA", e: "AQAB" }, format: "jwk" }),
  "jwk okp curve": () => createPublicKey({ key: { kty: "OKP", crv: "Ed448", x: "AAAA" }, format: "jwk" }),
  "jwk okp x short": () => createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: "AAAA" }, format: "jwk" }),
  "jwk okp no x": () => createPublicKey({ key: { kty: "OKP", crv: "Ed25519" }, format: "jwk" }),
  "jwk base64 wrong": () => createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: "!!" }, format: "jwk" }),
  "KeyObject new": () => new KeyObject("secret", {}),
  "SecretKeyObject new": () => new crypto.SecretKeyObject(),
  "KeyObject call": () => KeyObject(),
  "KeyObject tag": () => [String(createSecretKey("a")), String(createPrivateKey(EC)), createSecretKey("a").constructor.name, createPrivateKey(EC).constructor.name, createPublicKey(EC).constructor.name],
  "KeyObject instances": () => { const key = createPrivateKey(EC); return [key instanceof KeyObject, key instanceof crypto.PrivateKeyObject, createSecretKey("a") instanceof crypto.SecretKeyObject, types.isKeyObject(key), types.isKeyObject({}), types.isCryptoKey(key)]; },
  "KeyObject own": () => [Object.keys(createSecretKey("a")), Object.getOwnPropertyNames(KeyObject.prototype), Object.getOwnPropertyNames(Object.getPrototypeOf(crypto.PublicKeyObject.prototype))],
  "KeyObject inspect": () => [inspect(createSecretKey("abc")), inspect(createPrivateKey(EC)), inspect(createPublicKey(RSA)), inspect([[[[createSecretKey("abc")]]]])],
  "KeyObject json": () => JSON.stringify(createSecretKey("abc")),
    "method on other": () => crypto.SecretKeyObject.prototype.export.call({}),
  "size on other": () => Object.getOwnPropertyDescriptor(crypto.SecretKeyObject.prototype, "symmetricKeySize").get.call({}),
});
const { subtle } = globalThis.crypto;
Object.assign(rows, {
  "from": async () => { const key = await subtle.importKey("raw", Buffer.from("0123456789abcdef"), "AES-GCM", true, ["encrypt"]); const made = KeyObject.from(key); return [made.type, made.symmetricKeySize, hex(made.export())]; },
  "from not extractable": async () => { const key = await subtle.importKey("raw", Buffer.from("0123456789abcdef"), "AES-GCM", false, ["encrypt"]); return hex(KeyObject.from(key).export()); },
  "from hmac": async () => KeyObject.from(await subtle.importKey("raw", Buffer.from("0123456789abcdef"), { name: "HMAC", hash: "SHA-256" }, true, ["sign"])).export({ format: "jwk" }),
  "from ecdsa": async () => { const { publicKey, privateKey } = await subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]); return [describe(KeyObject.from(publicKey)), describe(KeyObject.from(privateKey)), createPublicKey(privateKey).equals(KeyObject.from(publicKey))]; },
  "from ecdsa not extractable": async () => { const { privateKey } = await subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]); return typeof KeyObject.from(privateKey).export({ format: "pem", type: "pkcs8" }); },
  "from rsa": async () => { const key = await subtle.importKey("pkcs8", body(RSA), { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, true, ["sign"]); return [describe(KeyObject.from(key)), KeyObject.from(key).equals(createPrivateKey(RSA)), short(KeyObject.from(key).export({ type: "pkcs1", format: "pem" }))]; },
  "from rsa pss": async () => describe(KeyObject.from(await subtle.importKey("pkcs8", body(RSA), { name: "RSA-PSS", hash: "SHA-256" }, true, ["sign"]))),
  "from ed": async () => { const key = await subtle.importKey("pkcs8", body(ED), { name: "Ed25519" }, true, ["sign"]); return [describe(KeyObject.from(key)), KeyObject.from(key).equals(createPrivateKey(ED))]; },
  "from x": async () => describe(KeyObject.from(await subtle.importKey("pkcs8", body(X), { name: "X25519" }, true, ["deriveBits"]))),
  "from hkdf": async () => KeyObject.from(await subtle.importKey("raw", Buffer.from("abc"), "HKDF", false, ["deriveBits"])).symmetricKeySize,
  "from wrong": () => KeyObject.from({}),
  "from key object": () => KeyObject.from(createSecretKey("a")),
  "public of crypto key": async () => createPublicKey(await subtle.importKey("spki", body(EC_PUBLIC), { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"])),
  "private of crypto key": async () => createPrivateKey(await subtle.importKey("pkcs8", body(EC), { name: "ECDSA", namedCurve: "P-256" }, true, ["sign"])),
  "to secret": async () => { const key = createSecretKey("0123456789abcdef").toCryptoKey("AES-GCM", true, ["encrypt", "decrypt"]); return [key instanceof CryptoKey, key.type, key.extractable, key.usages, key.algorithm, hex(await subtle.exportKey("raw", key))]; },
  "to hmac": () => { const key = createSecretKey("0123456789abcdef").toCryptoKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]); return [key.extractable, key.algorithm]; },
  "to ecdsa": () => { const key = createPrivateKey(EC).toCryptoKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]); return [key.type, key.algorithm, key.usages]; },
  "to ecdsa public": () => { const key = createPublicKey(EC).toCryptoKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["verify"]); return [key.type, key.algorithm, key.usages]; },
  "to ecdsa other curve": () => createPrivateKey(EC).toCryptoKey({ name: "ECDSA", namedCurve: "P-384" }, true, ["sign"]),
  "to rsa": () => createPrivateKey(RSA).toCryptoKey({ name: "RSA-PSS", hash: "SHA-256" }, true, ["sign"]).algorithm.name,
  "to rsa of ec": () => createPrivateKey(EC).toCryptoKey({ name: "RSA-PSS", hash: "SHA-256" }, true, ["sign"]),
  "to ed": () => createPrivateKey(ED).toCryptoKey("Ed25519", true, ["sign"]).algorithm,
  "to aes of pair": () => createPrivateKey(EC).toCryptoKey("AES-GCM", true, ["encrypt"]),
  "to ecdsa of secret": () => createSecretKey("abc").toCryptoKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]),
  "to usage wrong": () => createSecretKey("0123456789abcdef").toCryptoKey("AES-GCM", true, ["nope"]),
  "to usage other": () => createSecretKey("0123456789abcdef").toCryptoKey("AES-GCM", true, ["sign"]),
  "to usages missing": () => createSecretKey("0123456789abcdef").toCryptoKey("AES-GCM", true),
  "to usages empty": () => createSecretKey("0123456789abcdef").toCryptoKey("AES-GCM", true, []),
  "to algorithm missing": () => createSecretKey("0123456789abcdef").toCryptoKey(),
  "to algorithm wrong": () => createSecretKey("0123456789abcdef").toCryptoKey("nope", true, ["sign"]),
  "to length wrong": () => createSecretKey("abc").toCryptoKey("AES-GCM", true, ["encrypt"]),
  "error code": () => { try { createPrivateKey(5); } catch (e) { return [e.code, e.name, e instanceof TypeError]; } },
  "error code object type": () => { try { crypto.createHmac("sha1", createPrivateKey(EC)); } catch (e) { return [e.code, e.name, e.message]; } },
  "error code option": () => { try { createPrivateKey(EC).export({ type: "pkcs1", format: "pem" }); } catch (e) { return [e.code, e.name, e.message]; } },
  "error code parse": () => { try { createPrivateKey("garbage"); } catch (e) { return [e.code, e.name]; } },
  "hmac key object": () => crypto.createHmac("sha256", createSecretKey("key")).update("abc").digest("hex"),
  "hmac crypto key": async () => crypto.createHmac("sha256", await subtle.importKey("raw", Buffer.from("key"), { name: "HMAC", hash: "SHA-1" }, true, ["sign"])).update("abc").digest("hex"),
  "hkdf key object": () => hex(crypto.hkdfSync("sha256", createSecretKey("key"), "salt", "info", 16)),
  "hkdf private key": () => crypto.hkdfSync("sha256", createPrivateKey(EC), "salt", "info", 16),
});

export default {
  async fetch() {
    const { row, response } = table();
    for (const [label, value] of Object.entries(rows)) await row(label, value);
    return response();
  },
};
