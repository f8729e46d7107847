/** One connection to Redis: it says what stands in its way, gathers what goes out together, and finds the server of its shard. */
import { Redis as Client, ReplyError, type RedisOptions } from "ioredis";
import type { Place } from "../addresses.ts";
import { ScriptCall } from "./script-call.ts";
import { faultOf, placeFault } from "../errors/redis-faults.ts";

/** Where a connection leads when its server may change. */
export interface Home {
  /** For people: which shard, or what for. */
  name: string;
  /** Asked before each attempt. */
  find(): Promise<Place>;
  /** A server has said that the shard lies there. */
  moved(to: Place): void;
}

/** An answer that names the server that has the keys; without a host it is the one that was asked. */
const MOVED = /^MOVED \d+ (.*):(\d+)$/;

export interface ConnectionParts {
  /** Told what stands in the way of the connection. */
  onFault: (sentence: string) => void;
  /** Told what the server answers to all that ask for such things, as when its disk is full. */
  onRefusal?: ((sentence: string) => void) | undefined;
  /** Told that the connection can be used. */
  onReady?: (() => void) | undefined;
  /** Told that something was done that had been refused. */
  onServed?: (() => void) | undefined;
  /** Calls behind all that has come in by now: till then commands are gathered, and go out in one write. */
  behind?: ((send: () => void) => void) | undefined;
  /** Absent where the address is of one server. */
  home?: Home | undefined;
}

/** Answers after which the connection leads elsewhere, where it has a home, or by which nothing is amiss. */
const PASSING = { elsewhere: /^MOVED /, always: /^UNBLOCKED / };

/** A name is told to the server that has certificates for several; an address must not be. */
const IS_ADDRESS = /:|^[\d.]+$/;

export function tlsOptions(host = ""): { servername?: string } {
  return IS_ADDRESS.test(host) ? {} : { servername: host };
}

// It tells the name of its class, and a bundle keeps no names of classes.
Object.defineProperty((ReplyError as { prototype: object }).prototype, "name", { value: "ReplyError" });

type Asked = Parameters<Client["sendCommand"]>[0];

/**
 * Errors of commands name what stands in the way of the connection. Nothing of it is private to the language: who
 * stands before it, as a proxy does, may be asked in its place.
 */
export class Connection extends Client {
  /** Why there is no connection at the moment. */
  private fault: Error | undefined;
  private givenUp = false;
  /** Whether the server has shown that the connection can be used. */
  private isProven = false;
  /** Where the client asks nothing first, it calls itself ready as soon as a socket is open. */
  private readonly isAsked: boolean;
  /** What the server has refused, and not done since. */
  private readonly refused = new Set<string>();
  private readonly parts: ConnectionParts;
  /** What sends the last commands of this turn. */
  private readonly closing: (() => void)[] = [];
  readonly home: Home | undefined;

  constructor(options: RedisOptions, parts: ConnectionParts) {
    const { onFault, home } = parts;
    const follow = (error: Error): boolean | 1 | 2 => {
      const [, host, port] = (home && MOVED.exec(error.message)) ?? [];
      if (port === undefined) return options.reconnectOnError?.(error) ?? false;
      home!.moved({ host: host || (this.options.host ?? ""), port: Number(port) });
      // Where nothing is sent again by itself a read is not, either; nothing of it was done.
      return options.autoResendUnfulfilledCommands === false ? 1 : 2;
    };
    super({ ...options, reconnectOnError: follow } as never);
    this.parts = parts;
    this.home = home;
    if (home) this.leadTo(home);
    this.isAsked = options.enableReadyCheck ?? true;
    this.on("ready", () => void (this.isAsked && this.prove()));
    const meet = (error: Error): void => {
      this.fault = error;
      this.namePlace(error);
      const sentence = faultOf(error);
      if (sentence !== undefined) onFault(sentence);
      // The client would go on in database 0, which is not the one that was asked for.
      if (error.message.includes("DB index is out of range")) this.disconnect(true);
    };
    // Each command that cannot be sent fails by itself; without a listener the process would end.
    this.on("error", meet);
    this.on("close", () => {
      if (!this.isProven && this.fault === undefined && !this.givenUp)
        meet(Object.assign(new Error("closed before an answer"), { code: "ECONNRESET" }));
      this.isProven = false;
    });
  }

  override disconnect(reconnect = false): void {
    this.givenUp = !reconnect;
    super.disconnect(reconnect);
  }

  override evalsha(...args: unknown[]): Promise<unknown> {
    return this.callScript(args as (string | number)[]);
  }

  /** The same, in lists of which none has to be made for it. */
  callScript(...lists: readonly (readonly (string | number)[])[]): Promise<unknown> {
    return this.sendCommand(new ScriptCall(...lists)) as Promise<unknown>;
  }

  override sendCommand(...args: Parameters<Client["sendCommand"]>): unknown {
    this.gather();
    const reply = super.sendCommand(...args);
    const [command] = args;
    command.promise.then(
      () => this.serve(command),
      (error: unknown) => {
        if (!(error instanceof Error)) return;
        this.namePlace(error);
        if (error.name === "ReplyError") this.refuse(command, error);
        else if (error !== this.fault) error.cause ??= this.fault;
      },
    );
    return reply;
  }

  /** Whether what is asked in one turn goes out in one write, which costs more than the commands in it, on both sides. */
  get gathers(): boolean {
    return this.parts.behind !== undefined && this.stream?.writable === true;
  }

  /** Where it gathers: calls when that is about to go out. */
  beforeSending(send: () => void): void {
    this.gather();
    this.closing.push(send);
  }

  private gather(): void {
    const { stream } = this;
    if (!this.gathers || stream.writableCorked > 0) return;
    stream.cork();
    this.parts.behind!(() => {
      for (const send of this.closing.splice(0)) send();
      stream.uncork();
    });
  }

  private prove(): void {
    this.isProven = true;
    this.fault = undefined;
    this.parts.onReady?.();
  }

  private refuse(command: Asked, error: Error): void {
    if (PASSING.always.test(error.message)) return;
    if (this.home && PASSING.elsewhere.test(error.message)) return;
    const sentence = faultOf(error);
    const kind = kindOf(command);
    if (sentence === undefined || kind === undefined) return;
    this.refused.add(kind);
    this.parts.onRefusal?.(sentence);
  }

  private serve(command: Asked): void {
    if (!this.isAsked && !this.isProven) this.prove();
    if (this.refused.size === 0 || !this.refused.has(kindOf(command) ?? "")) return;
    this.refused.clear();
    this.parts.onServed?.();
  }

  /** Before each attempt it is asked where to, while the client is connecting and keeps what it is asked. */
  private leadTo(home: Home): void {
    const { connector } = this as unknown as { connector: { connect(tell: unknown): Promise<unknown> } };
    const direct = connector.connect.bind(connector);
    connector.connect = async (tell) => {
      this.givenUp = false;
      const place = await home.find();
      if (this.givenUp) throw new Error("Connection is closed.");
      Object.assign(this.options, place);
      if (this.options.tls) this.options.tls = tlsOptions(place.host);
      return direct(tell);
    };
  }

  /** Of a cluster: what for, and where it led last. */
  get place(): string | undefined {
    return this.home && `${this.home.name} on ${this.options.host}:${this.options.port}`;
  }

  private namePlace(error: Error): void {
    if (this.place !== undefined) placeFault(error, this.place);
  }
}

/** Of two that are alike the server does both or neither; undefined for a script that is not called by its name. */
function kindOf({ name, args }: Asked): string | undefined {
  if (name === "eval") return undefined;
  return name === "evalsha" ? String(args[0]) : name;
}
