"""Reads configurations with the original's own classes and prints what it made of them, one JSON line a request.

A request is a JSON line: {"args": [...], "cwd": path, "environment": {...}}. Only the test differential.test.ts starts this.
"""
import json
import os
import sys
import warnings

warnings.simplefilter("ignore")


class Refused(Exception):
    pass


def logfile(value, automatic):
    if value is automatic:
        return "auto"
    return value or None


def channel(config, name, automatic):
    get = lambda option: getattr(config, "%s_%s" % (name, option))
    return {
        "logfile": logfile(get("logfile"), automatic), "maxBytes": get("logfile_maxbytes"), "backups": get("logfile_backups"),
        "captureMaxBytes": get("capture_maxbytes"), "eventsEnabled": get("events_enabled"), "syslog": get("syslog"),
    }


def process(config, datatypes):
    restart = {datatypes.RestartUnconditionally: "always", datatypes.RestartWhenExitUnexpected: "unexpected", False: "never"}
    return {
        "name": config.name, "command": config.command, "directory": config.directory, "umask": config.umask, "priority": config.priority,
        "autostart": config.autostart, "autorestart": restart[config.autorestart], "startSecs": config.startsecs,
        "startRetries": config.startretries, "stopSignal": int(config.stopsignal), "stopWaitSecs": config.stopwaitsecs,
        "stopAsGroup": config.stopasgroup, "killAsGroup": config.killasgroup, "exitCodes": config.exitcodes,
        "redirectStderr": config.redirect_stderr, "environment": config.environment, "serverUrl": config.serverurl, "uid": config.uid,
        "stdout": channel(config, "stdout", datatypes.Automatic), "stderr": channel(config, "stderr", datatypes.Automatic),
    }


def group(config, datatypes):
    from supervisor.events import getEventNameByType
    answer = {"name": config.name, "priority": config.priority, "processes": [process(one, datatypes) for one in config.process_configs]}
    if hasattr(config, "pool_events"):
        answer["bufferSize"] = config.buffer_size
        answer["events"] = sorted(getEventNameByType(one) for one in config.pool_events)
    if hasattr(config, "socket_config"):
        socket = config.socket_config
        answer["socket"] = {"url": socket.url, "backlog": socket.backlog, "mode": getattr(socket, "mode", None), "owner": getattr(socket, "owner", None)}
    return answer


def server(config):
    keys = ("section", "username", "password", "host", "port", "file", "chmod", "chown")
    return {key: config[key] for key in keys if key in config}


def read(request):
    from supervisor import datatypes, options
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environment"])
    reader = options.ServerOptions()

    def refuse(message):
        raise Refused(str(message))

    reader.usage = refuse
    try:
        reader.realize(args=request["args"], doc="", progname="supervisord")
    except Refused as why:
        return {"error": str(why)}
    except Exception as why:
        return {"crash": "%s: %s" % (type(why).__name__, why)}
    return {
        "daemon": {
            "minFds": reader.minfds, "minProcs": reader.minprocs, "directory": reader.directory, "uid": reader.uid, "umask": reader.umask,
            "logfile": reader.logfile, "logfileMaxBytes": reader.logfile_maxbytes, "logfileBackups": reader.logfile_backups,
            "logLevel": reader.loglevel, "pidfile": reader.pidfile, "identifier": reader.identifier, "nodaemon": bool(reader.nodaemon),
            "silent": bool(reader.silent), "childLogDir": reader.childlogdir, "nocleanup": bool(reader.nocleanup),
            "stripAnsi": bool(reader.strip_ansi), "serverUrl": reader.serverurl,
        },
        "groups": [group(one, datatypes) for one in reader.process_group_configs],
        "servers": [server(one) for one in reader.server_configs],
        "interfaces": [[name, extras] for name, _, extras in reader.rpcinterface_factories],
        "warnings": reader.parse_warnings, "infos": reader.parse_infos,
    }


if __name__ == "__main__":
    from supervisor.options import VERSION
    print(json.dumps({"version": VERSION}), flush=True)
    for line in sys.stdin:
        print(json.dumps(read(json.loads(line))), flush=True)
