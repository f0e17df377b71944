/** An example of each kind of section, by its header: what people write, and what `--check` finds no fault with. */
export const EXAMPLES: Readonly<Record<string, string>> = {
  unix_http_server: `
[unix_http_server]
file=/run/supervisor/supervisor.sock
chmod=0770
chown=root:operators`,
  inet_http_server: `
[inet_http_server]
port=127.0.0.1:9001
username=admin
password=%(ENV_SUPERVISOR_PASSWORD)s`,
  supervisord: `
[supervisord]
logfile=/var/log/supervisor/supervisord.log
pidfile=/run/supervisor/supervisord.pid
childlogdir=/var/log/supervisor
minfds=4096`,
  "rpcinterface:": `
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface`,
  supervisorctl: `
[supervisorctl]
serverurl=unix:///run/supervisor/supervisor.sock
color=auto`,
  "program:": `
[program:web]
command=/srv/shop/bin/web --port 80%(process_num)02d
process_name=%(program_name)s_%(process_num)02d
numprocs=4
directory=/srv/shop
user=shop
environment=HOME="/srv/shop",LANG="C.UTF-8"
autorestart=true
startsecs=5
stopwaitsecs=30
stdout_logfile=/var/log/shop/%(program_name)s_%(process_num)02d.log
stdout_logfile_maxbytes=50MB
stdout_logfile_backups=5
redirect_stderr=true`,
  "eventlistener:": `
[eventlistener:mail]
command=/usr/local/bin/crashmail -a -m ops@example.com
events=PROCESS_STATE_EXITED,PROCESS_STATE_FATAL
buffer_size=100`,
  "fcgi-program:": `
[fcgi-program:shop]
command=/srv/shop/bin/fcgi
socket=unix:///run/shop/fcgi.sock
socket_owner=shop:www-data
socket_mode=0660
numprocs=2
process_name=%(program_name)s_%(process_num)d`,
  "group:": `
[program:web]
command=/srv/shop/bin/web

[program:worker]
command=/srv/shop/bin/worker

[group:shop]
programs=web,worker
priority=100`,
  "program-default": `
[program-default]
user=shop
autorestart=true
stopasgroup=true
killasgroup=true

[program:web]
command=/srv/shop/bin/web`,
  include: `
[include]
files=/etc/supervisor/conf.d/*.conf`,
};
