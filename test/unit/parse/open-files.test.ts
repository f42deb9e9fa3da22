import { expect, it } from "vitest";
import { parseDefaultOpenFiles, parseOpenFiles } from "../../../agent/parse/open-files.ts";

const limits = `Limit                     Soft Limit           Hard Limit           Units     
Max processes             95958                95958                processes 
Max open files            8192                 524288               files     
`;

it("reads how many files a process may have open", () => {
  expect(parseOpenFiles(limits)).toEqual({ soft: 8192, hard: 524_288 });
  expect(parseOpenFiles("")).toBeUndefined();
});

it("reads how many a service may that says nothing of it", () => {
  const shown = "DefaultLimitNOFILE=524288\nDefaultLimitNOFILESoft=1024\n";
  expect(parseDefaultOpenFiles(shown)).toEqual({ soft: 1024, hard: 524_288 });
  expect(parseDefaultOpenFiles("DefaultLimitNOFILE=524288\n")).toBeUndefined();
  expect(parseDefaultOpenFiles("DefaultLimitNOFILESoft=1024\n")).toBeUndefined();
});
